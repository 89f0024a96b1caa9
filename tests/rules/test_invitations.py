"""The invitation, read back by a reader of its own: unfolded, unescaped, nothing smuggled in."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules import invitations
from crm_plus.rules.invitations import Guest, Meeting
from crm_plus.rules.zones import UTC, moment

MEETING = Meeting(
	uid="abc@site.example",
	number=3,
	subject="Demo; with cake, and\nquestions",
	starts_on=moment(datetime(2026, 7, 1, 14), "Europe/Berlin"),
	ends_on=moment(datetime(2026, 7, 1, 15, 30), "Europe/Berlin"),
	written_on=datetime(2026, 6, 1, 8, tzinfo=UTC),
	organizer=Guest("anna@ours.example", "Anna"),
	guests=(Guest("bob@theirs.example", 'Bob "the buyer"'), Guest("eve@theirs.example")),
)


def read(text: str) -> list[tuple[str, str]]:
	"""Return (name with its parameters, value) of each line, as a calendar program unfolds them."""
	assert text.endswith("\r\n")
	assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
	found = []
	for line in text.replace("\r\n ", "").split("\r\n")[:-1]:
		at = next(at for at, sign in enumerate(line) if sign == ":" and line[:at].count('"') % 2 == 0)
		found.append((line[:at], line[at + 1 :]))
	return found


def unescaped(value: str) -> str:
	signs, found = iter(value), ""
	for sign in signs:
		found += {"n": "\n"}.get(following := next(signs), following) if sign == "\\" else sign
	return found


def test_what_stands_in_it() -> None:
	lines = read(invitations.calendar_file(MEETING))
	values = dict(lines)
	assert lines[0] == ("BEGIN", "VCALENDAR") and lines[-1] == ("END", "VCALENDAR")
	assert (values["METHOD"], values["SEQUENCE"], values["UID"]) == ("REQUEST", "3", "abc@site.example")
	assert (values["DTSTART"], values["DTEND"]) == ("20260701T120000Z", "20260701T133000Z")
	assert unescaped(values["SUMMARY"]) == MEETING.subject
	assert values['ORGANIZER;CN="Anna"'] == "mailto:anna@ours.example"
	assert [value for name, value in lines if name.startswith("ATTENDEE")] == [
		"mailto:bob@theirs.example",
		"mailto:eve@theirs.example",
	]


def test_what_is_called_off_says_so() -> None:
	values = dict(read(invitations.calendar_file(replace(MEETING, is_called_off=True))))
	assert (values["METHOD"], values["STATUS"]) == ("CANCEL", "CANCELLED")


@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=60))
def test_no_text_adds_a_line(subject: str, name: str, address: str) -> None:
	guests = (Guest(address, name),)
	lines = read(invitations.calendar_file(replace(MEETING, subject=subject, guests=guests)))
	assert len(lines) == len(read(invitations.calendar_file(replace(MEETING, guests=guests[:1]))))
	assert [name.split(";")[0] for name, _value in lines].count("ATTENDEE") == 1
	shown = unescaped(dict(lines)["SUMMARY"])
	kept = [sign for sign in subject if sign.isprintable() and sign != " "]
	assert [sign for sign in shown if sign not in " \n"] == kept
