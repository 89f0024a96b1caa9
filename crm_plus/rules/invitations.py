"""An invitation that every calendar program reads: an iCalendar file (RFC 5545), worded as one sends it by mail (RFC 5546)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from crm_plus.rules.zones import UTC

LONGEST_LINE = 75  # octets, by RFC 5545
END = "\r\n"


@dataclass(frozen=True)
class Guest:
	"""Somebody's address and name."""

	email: str
	name: str = ""


@dataclass(frozen=True)
class Meeting:
	"""What is agreed on. `number` grows with each change, so that calendars know the newest; all moments know their zone."""

	uid: str
	number: int
	subject: str
	starts_on: datetime
	ends_on: datetime
	written_on: datetime
	organizer: Guest
	guests: tuple[Guest, ...]
	is_called_off: bool = False


def calendar_file(meeting: Meeting) -> str:
	"""Return the text of the .ics file."""
	return "".join(f"{part}{END}" for line in _lines(meeting) for part in folded(line))


def _lines(meeting: Meeting) -> Iterator[str]:
	yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//CRM Plus//Invitations//EN")
	yield f"METHOD:{'CANCEL' if meeting.is_called_off else 'REQUEST'}"
	yield from ("BEGIN:VEVENT", f"UID:{escaped(meeting.uid)}", f"SEQUENCE:{meeting.number}")
	moments = (("DTSTAMP", meeting.written_on), ("DTSTART", meeting.starts_on), ("DTEND", meeting.ends_on))
	yield from (f"{name}:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" for name, at in moments)
	yield f"SUMMARY:{escaped(meeting.subject)}"
	yield f"STATUS:{'CANCELLED' if meeting.is_called_off else 'CONFIRMED'}"
	yield f"ORGANIZER{_named(meeting.organizer)}"
	for guest in meeting.guests:
		yield f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE{_named(guest)}"
	yield from ("END:VEVENT", "END:VCALENDAR")


def _named(guest: Guest) -> str:
	"""Return a person as the end of a line; a parameter's value must have no quotes."""
	name = one_line(guest.name.replace('"', "'")).strip()
	address = "".join(one_line(guest.email).split())
	return f"{f';CN={chr(34)}{name}{chr(34)}' if name else ''}:mailto:{address}"


def one_line(text: str) -> str:
	"""Return a text without control characters; any other kind of space becomes a plain one."""
	return "".join(sign if sign.isprintable() else " " if sign.isspace() else "" for sign in text)


def escaped(text: str) -> str:
	"""Return a text as a value: in one line, with what has a meaning of its own marked."""
	for sign in ("\\", ";", ","):
		text = text.replace(sign, f"\\{sign}")
	lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
	return "\\n".join(one_line(line) for line in lines)


def folded(line: str) -> list[str]:
	"""Return a line in pieces of at most 75 octets, the later ones begun by a space; no character is cut in two."""
	pieces, piece = [], ""
	for sign in line:
		if len(f"{piece}{sign}".encode()) > LONGEST_LINE:
			pieces.append(piece)
			piece = " "
		piece += sign
	return [*pieces, piece]
