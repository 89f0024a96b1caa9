"""What an interaction may say of itself, and who took part in it. Times are in the site's time zone."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

PLANNED, DONE, CANCELLED, NO_SHOW = "Planned", "Done", "Cancelled", "No Show"
INCOMING, OUTGOING = DIRECTIONS = "Incoming", "Outgoing"
EARLIEST, LATEST = datetime(1970, 1, 1), datetime(2101, 1, 1)
# Who logs a call notes when it ended, or rounds up; clocks differ.
GRACE = timedelta(hours=1)
LONGEST = timedelta(days=31)
USUAL_LENGTH = timedelta(minutes=30)


@dataclass(frozen=True)
class Participant:
	"""Somebody on the customers' side: the profile, where it is known, and how he was reached."""

	customer_profile: str = ""
	contact: str = ""
	email: str = ""
	full_name: str = ""
	phone: str = ""

	@property
	def key(self) -> tuple[str, ...]:
		"""What makes two rows the same person: contact, address or number within a profile, else the profile alone."""
		who = self.contact or self.email.lower() or self.phone or self.full_name
		return (self.customer_profile, who)


@dataclass(frozen=True)
class Facts:
	"""What is known when an interaction is checked: its own values, and what its links say."""

	status: str
	starts_on: datetime
	duration: int = 0
	customer_profile: str = ""
	deal_profiles: tuple[str, ...] = ()
	outcome_types: tuple[str, ...] = ()
	interaction_type: str = ""


def problems(facts: Facts, now: datetime) -> list[str]:
	"""Return the codes of what is wrong, the gravest first."""
	checks = {
		"out_of_range": not EARLIEST <= facts.starts_on < LATEST,
		"not_yet": facts.status in (DONE, NO_SHOW) and facts.starts_on > now + GRACE,
		"too_long": not 0 <= facts.duration <= LONGEST.total_seconds(),
		"foreign_deal": bool(facts.deal_profiles) and facts.customer_profile not in facts.deal_profiles,
		"foreign_outcome": bool(facts.outcome_types) and facts.interaction_type not in facts.outcome_types,
	}
	return [code for code, is_wrong in checks.items() if is_wrong]


def status_for(starts_on: datetime, now: datetime) -> str:
	"""Return the status of an interaction that names none: what lies ahead is planned."""
	return PLANNED if starts_on > now + GRACE else DONE


def participants(given: Iterable[Participant], customer_profile: str, contact: str = "") -> list[Participant]:
	"""Return the rows that an interaction shall have: nobody twice, none empty, the main customer among them first.

	A row without a profile belongs to nobody's stream, yet it is kept: it says who else was there.
	"""
	rows: dict[tuple[str, ...], Participant] = {}
	for row in given:
		if any((row.customer_profile, row.contact, row.email, row.phone, row.full_name)):
			rows.setdefault(row.key, row)
	kept = _without_bare_doubles(list(rows.values()))
	if customer_profile and customer_profile not in {row.customer_profile for row in kept}:
		kept.insert(0, Participant(customer_profile, contact))
	return sorted(kept, key=lambda row: row.customer_profile != customer_profile)


def _without_bare_doubles(rows: list[Participant]) -> list[Participant]:
	"""Drop the row that names a profile alone where another names somebody of it."""
	named = {row.customer_profile for row in rows if row.key[1]}
	return [row for row in rows if row.key[1] or row.customer_profile not in named]


def moved_to(rows: Iterable[Participant], before: str, after: str) -> list[Participant]:
	"""Return the rows after the main customer changed from one profile to another: his bare row goes with him."""
	return [
		replace(row, customer_profile=after) if row == Participant(before) else row
		for row in rows
		if after or row.customer_profile != before
	]


def ends_on(starts_on: datetime, duration: int) -> datetime:
	"""Return when an interaction ends, half an hour after it starts where it does not say how long it takes."""
	return starts_on + (timedelta(seconds=duration) if duration > 0 else USUAL_LENGTH)


def subject_of(subject: str, interaction_type: str, outcome: str, longest: int) -> str:
	"""Return what an interaction is called: its subject in one line, else its type and outcome."""
	line = " ".join(subject.split()) or " – ".join(part for part in (interaction_type, outcome) if part)
	return line if len(line) <= longest else f"{line[: longest - 1]}…"


def offered(outcomes: Iterable[tuple[str, Collection[str]]], interaction_type: str) -> list[str]:
	"""Return the outcomes that a type of interaction may have; each comes with the types it is limited to."""
	return [outcome for outcome, types in outcomes if not types or interaction_type in types]
