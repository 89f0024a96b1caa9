"""When the next one of a series comes that counts from the day on which one was done."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from crm_plus.rules.recurrence import Occurrence, Rule, after_holidays, following
from crm_plus.rules.recurrence_patterns import counted_from

WEEK = 7


def next_after_completion(
	rule: Rule, current: Occurrence, completed: date, holidays: frozenset[date] = frozenset()
) -> Occurrence | None:
	"""Return the one after `current`, which was done on a day, at the series' time of day; None where the series ends.

	What is done early counts as done on the day it was due: else the next one would be due on that day again.
	"""
	counts_from = max(completed, current.occurs_on.date(), current.due_on.date())
	base = datetime.combine(counts_from, current.occurs_on.time())
	occurs_on = next(_after(rule, current.occurs_on, base), None)
	if occurs_on is None or (rule.count and current.number >= rule.count):
		return None
	due_on = after_holidays(occurs_on, holidays)
	if rule.until and due_on.date() > rule.until:
		return None
	return Occurrence(occurs_on, current.number + 1, due_on)


def _after(rule: Rule, began: datetime, base: datetime) -> Iterator[datetime]:
	"""Yield the times after a base. What skips periods skips them from that of the base on, but ends the one it is in."""
	counted = counted_from(rule, base)
	if counted is not None or rule.interval == 1:
		yield from following(counted or rule, base)
		return
	period = _period(rule, base)
	is_same = _period(rule, began) == period
	for moment in following(rule, began if is_same else base):
		if moment > base and (is_same or _period(rule, moment) != period):
			yield moment


def _period(rule: Rule, moment: datetime) -> tuple[int, ...]:
	"""Return what tells the period of a rule that a moment is in from all others."""
	day = moment.date()
	if rule.frequency == "WEEKLY":
		start = day - timedelta(days=(day.weekday() - rule.week_start) % WEEK)
		return (start.toordinal(),)
	length = {"DAILY": 3, "MONTHLY": 2, "YEARLY": 1}[rule.frequency]
	return (day.year, day.month, day.day)[:length]
