"""The ways of repeating that a form offers, as RFC 5545 rules and back."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime

from crm_plus.rules.recurrence import BadRule, Rule, parse, write

DAILY, WEEKDAYS, WEEKLY, YEARLY = "Daily", "Weekdays", "Weekly", "Yearly"
BY_DATE, BY_WEEKDAY, CUSTOM = "Monthly by Date", "Monthly by Weekday", "Custom"
FREQUENCY = {
	DAILY: "DAILY",
	WEEKDAYS: "WEEKLY",
	WEEKLY: "WEEKLY",
	BY_DATE: "MONTHLY",
	BY_WEEKDAY: "MONTHLY",
	YEARLY: "YEARLY",
}
KINDS = tuple(FREQUENCY)
WORKING_WEEK = (0, 1, 2, 3, 4)
# The shortest month has this many days: a later day becomes the last one where a month is shorter.
SURE_DAYS = 28
# Which of a month's weekdays a form offers; a fifth, or each of them, is a rule of one's own.
WEEKS = (1, 2, 3, 4, -1)


@dataclass(frozen=True)
class Pattern:
	"""What a form says. `week` is 1 to 4 or -1 for the last; weekdays count from Monday = 0; `until` is the last day."""

	kind: str
	every: int = 1
	weekdays: tuple[int, ...] = ()
	week: int = 1
	weekday: int | None = None
	until: date | None = None
	count: int = 0


def rule_of(pattern: Pattern, start: datetime) -> Rule:
	"""Return the rule of a pattern that begins at a time (wall clock). Raises BadRule for limits, as parse does."""
	return parse(write(_rule(pattern, start)))


def _rule(pattern: Pattern, start: datetime) -> Rule:
	every = 1 if pattern.kind == WEEKDAYS else max(pattern.every, 1)
	rule = Rule(FREQUENCY[pattern.kind], every, until=pattern.until, count=pattern.count)
	if pattern.kind == BY_WEEKDAY:
		weekday = start.weekday() if pattern.weekday is None else pattern.weekday
		return replace(rule, days=((weekday, pattern.week),))
	if pattern.kind in (WEEKDAYS, WEEKLY):
		days = WORKING_WEEK if pattern.kind == WEEKDAYS else pattern.weekdays
		return replace(rule, days=_each(days or (start.weekday(),)))
	return replace(rule, parts=_parts(pattern.kind, start))


def _parts(kind: str, start: datetime) -> tuple[tuple[str, tuple[int, ...]], ...]:
	if kind == BY_DATE:
		return _day_of_month(start.day)
	if kind == YEARLY:
		is_leap_day = (start.month, start.day) == (2, 29)
		day = _day_of_month(start.day) if is_leap_day else (("BYMONTHDAY", (start.day,)),)
		return (("BYMONTH", (start.month,)), *day)
	return ()


def _each(weekdays: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
	return tuple((day, 0) for day in sorted(set(weekdays)))


def _day_of_month(day: int) -> tuple[tuple[str, tuple[int, ...]], ...]:
	"""Return the parts for a day of the month: of 28 to 31, whichever the month still has."""
	if day <= SURE_DAYS:
		return (("BYMONTHDAY", (day,)),)
	return (("BYMONTHDAY", tuple(range(SURE_DAYS, day + 1))), ("BYSETPOS", (-1,)))


def day_meant(rule: Rule) -> int:
	"""Return the day of the month that a rule of ours means, also where this month was too short for it; else 0."""
	parts = dict(rule.parts)
	days = parts.get("BYMONTHDAY", ())
	if rule.days or not days or (len(days) > 1 and parts.get("BYSETPOS") != (-1,)):
		return 0
	return max(days)


def pattern_of(text: str, start: datetime) -> Pattern | None:
	"""Return the pattern that a rule's text says, None where the form offers none such. Raises BadRule."""
	rule = parse(text)
	if not rule.days and not rule.parts:  # "every month" without a day: that of the beginning
		return _ends(
			rule, {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": BY_DATE, "YEARLY": YEARLY}[rule.frequency]
		)
	candidates = [_ends(rule, kind) for kind in KINDS if FREQUENCY[kind] == rule.frequency]
	same = (
		one for one in (_with_days(each, rule) for each in candidates) if _rule_or_none(one, start) == rule
	)
	return next(same, None)


def counted_from(rule: Rule, start: datetime) -> Rule | None:
	"""Return a rule as it counts from another beginning: "every 2 weeks" is two weeks from then, on whichever day that is.

	None for a rule that keeps to what it names: several weekdays, a weekday of the month, or more.
	"""
	if not rule.days and not rule.parts:
		return rule
	if rule.frequency == "WEEKLY" and len(rule.days) == 1 and not rule.parts:
		return replace(rule, days=((start.weekday(), 0),))
	if not rule.days and day_meant(rule) and rule.frequency in ("MONTHLY", "YEARLY"):
		kind = BY_DATE if rule.frequency == "MONTHLY" else YEARLY
		return rule if _was_cut_short(rule, start) else replace(rule, parts=_parts(kind, start))
	return None


def _was_cut_short(rule: Rule, moment: datetime) -> bool:
	"""Tell whether a moment is what a month has of a day that the rule means, as 28 February is of the 31st."""
	months = dict(rule.parts).get("BYMONTH", (moment.month,))
	last = monthrange(moment.year, moment.month)[1]
	return moment.month in months and moment.day == last < day_meant(rule)


def _ends(rule: Rule, kind: str) -> Pattern:
	return Pattern(kind, every=rule.interval, until=rule.until, count=rule.count)


def _with_days(pattern: Pattern, rule: Rule) -> Pattern:
	if pattern.kind == WEEKLY:
		return replace(pattern, weekdays=tuple(day for day, _which in rule.days))
	if pattern.kind == BY_WEEKDAY and len(rule.days) == 1 and rule.days[0][1] in WEEKS:
		return replace(pattern, weekday=rule.days[0][0], week=rule.days[0][1])
	return pattern


def _rule_or_none(pattern: Pattern, start: datetime) -> Rule | None:
	try:
		return rule_of(pattern, start)
	except BadRule:
		return None
