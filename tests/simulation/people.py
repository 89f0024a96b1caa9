"""Who takes part in the simulation, and what they plan: drawn from a seed, in minutes after the simulation's beginning."""

import random
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone

from crm_plus.rules.notices import EMAIL, IN_APP, MANAGER, SMS, TEAM, Choice, Preference
from crm_plus.rules.quiet_hours import Hours

# All but Kolkata change their clocks within a month of one of the beginnings, Lord Howe by half an hour.
ZONES = (
	*("Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "America/Los_Angeles"),
	*("America/Havana", "Asia/Beirut", "Europe/Helsinki", "Atlantic/Azores"),
	*("Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Chatham"),
)
AUTUMN, SPRING = datetime(2026, 10, 22, tzinfo=timezone.utc), datetime(2027, 3, 25, tzinfo=timezone.utc)
FOLLOW_UP, MEETING = "Follow Up", "Interaction"
CODES = {FOLLOW_UP: "follow_up_due", MEETING: "meeting"}
CHANNEL_SETS = ((IN_APP, EMAIL), (IN_APP,), (EMAIL, SMS), (IN_APP, EMAIL, SMS), ())
WEEK, EVERY_DAY, SUNDAY_TO_THURSDAY = frozenset(range(5)), frozenset(range(7)), frozenset({6, 0, 1, 2, 3})


@dataclass
class Plan:
	"""A follow-up or a meeting: who is to do it, when it is due and how long it takes (minutes), whether it is open."""

	name: str
	doctype: str
	user: str
	due: int
	length: int = 0
	is_open: bool = True


@dataclass(frozen=True)
class Change:
	"""Something that a person does to a plan before a tick: "due", "user" or "is_open" gets a value."""

	tick: int
	name: str
	field: str
	value: object


@dataclass
class Cast:
	"""Everybody and everything: preferences, leaders, plans as they are made (tick, plan), changes, the ticks' minutes.

	`replayed` are the ticks at which the clock shows minutes that it showed before, because it was put back.
	"""

	start: datetime
	preferences: dict[str, Preference] = field(default_factory=dict)
	leaders: dict[str, str] = field(default_factory=dict)
	made: list[tuple[int, Plan]] = field(default_factory=list)
	changes: list[Change] = field(default_factory=list)
	ticks: list[int] = field(default_factory=list)
	replayed: set[int] = field(default_factory=set)

	def at(self, minute: int) -> datetime:
		"""Return the moment of a minute."""
		return self.start + timedelta(minutes=minute)

	def told(self, plan: Plan) -> dict[str, str]:
		"""Return who is to be reminded of a plan, and as what event."""
		found = {plan.user: CODES[plan.doctype]}
		if plan.doctype == FOLLOW_UP and plan.user in self.leaders:
			found[self.leaders[plan.user]] = TEAM + CODES[plan.doctype]
		return found


def draw(seed: int, start: datetime, *, days: int, users: int, plans: int) -> Cast:
	"""Draw a cast."""
	rng, cast = random.Random(seed), Cast(start)
	_set_ticks(rng, cast, days)
	for number in range(users):
		name = f"user{number}"
		cast.preferences[name] = _preference(rng, name, ZONES[number % len(ZONES)])
		if number % 10:
			cast.leaders[name] = f"user{number - number % 10}"
	for number in range(plans):
		_plan(rng, cast, f"plan{number}", days)
	return cast


def _preference(rng: random.Random, name: str, zone: str) -> Preference:
	quiet = rng.choice([(time(20), time(8)), (time(22), time(6)), (None, None), (time(1), time(2, 30))])
	hours = Hours(
		zone, *quiet, rng.choice([WEEK, EVERY_DAY, SUNDAY_TO_THURSDAY]), rng.choice([time(8), time(9)])
	)
	choices = {
		"follow_up_due": Choice(
			frozenset(rng.choice(CHANNEL_SETS)), rng.random() < 0.4, rng.choice([0, 15, 60, 1440])
		),
		"meeting": Choice(frozenset(rng.choice(CHANNEL_SETS)), False, rng.choice([0, 10, 30, 120])),
		"team_follow_up_due": Choice(
			frozenset(rng.choice(((), (), (EMAIL,), (IN_APP,)))), rng.random() < 0.5, 0
		),
	}
	return Preference(name, hours, MANAGER, choices)


def _set_ticks(rng: random.Random, cast: Cast, days: int) -> None:
	"""Set the minute that the site's clock shows at each tick: hours are missing, a day is missing, it is set back."""
	minutes = days * 1440
	down = set(range(minutes // 2, minutes // 2 + 1440)) if days > 3 else set()
	for _ in range(days // 2):
		start = rng.randrange(minutes)
		down |= set(range(start, start + rng.choice([3, 45, 300])))
	ticks = [minute for minute in range(minutes) if minute not in down]
	for share in (0.25, 0.8):
		# The clock is found to be fast, and put back: the same minutes come again.
		index = int(len(ticks) * share)
		ticks[index:index] = ticks[index - 60 : index]
		cast.replayed |= set(range(index, index + 60))
	cast.ticks = ticks


def _plan(rng: random.Random, cast: Cast, name: str, days: int) -> None:
	users, last = list(cast.preferences), len(cast.ticks) - 1
	doctype = MEETING if rng.random() < 0.2 else FOLLOW_UP
	tick = 0 if rng.random() < 0.3 else rng.randrange(last)
	due = _due(rng, cast.ticks[tick], days)
	cast.made.append((tick, Plan(name, doctype, rng.choice(users), due, rng.choice([0, 30, 90]))))
	for _ in range(rng.choice([0, 0, 0, 1, 2, 3])):
		later = rng.randint(tick, last)
		kind = rng.choice(["due", "due back", "user", "is_open", "reopened"])
		value: object = due if kind == "due back" else _due(rng, cast.ticks[later], days)
		if kind == "user":
			value = rng.choice(users)
		elif kind in ("is_open", "reopened"):
			value = kind == "reopened"
		cast.changes.append(Change(later, name, kind.replace("reopened", "is_open").split()[0], value))
		tick = later


def _due(rng: random.Random, minute: int, days: int) -> int:
	"""Most things are due soon, some were due before they were written down."""
	return min(
		minute + rng.choice([-2000, -30, 5, 30, 200, 1000, 3000, 9000]) + rng.randrange(400), days * 1440
	)
