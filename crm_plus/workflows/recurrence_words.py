"""A rule in words, in the reader's language."""

from datetime import datetime
from typing import Any

from frappe import _
from frappe.utils import formatdate, get_datetime

from crm_plus.rules import recurrence
from crm_plus.rules.recurrence import BadRule, Rule
from crm_plus.rules.recurrence_patterns import (
	BY_DATE,
	BY_WEEKDAY,
	DAILY,
	WEEKDAYS,
	WEEKLY,
	YEARLY,
	Pattern,
	day_meant,
	pattern_of,
)

# The last day that each month surely has is the 28th; a rule that means the 31st means the last.
LAST_DAY = 31


def sentence(text: str, occurs_on: str) -> str:
	"""Return a rule and its end in words; empty for none, and for what cannot be read."""
	if not text or not occurs_on:
		return ""
	start = get_datetime(occurs_on)
	try:
		rule = recurrence.parse(text)
		found = pattern_of(text, _meant(rule, start))
	except (BadRule, ValueError):
		return ""
	words = _words(found, rule, start) if found else _dates(rule, start)
	return " ".join(part for part in (words, _end(rule)) if part) + "."


def _meant(rule: Rule, start: datetime) -> datetime:
	"""Return the beginning as the rule means it: where February cut the 31st short, a day in a month that has it."""
	day = day_meant(rule)
	return start if not day or rule.frequency != "MONTHLY" else start.replace(month=1, day=day)


def _words(pattern: Pattern, rule: Rule, start: datetime) -> str:
	every = pattern.every
	say: dict[str, Any] = {
		DAILY: lambda: _("Every day") if every == 1 else _("Every {0} days").format(every),
		WEEKDAYS: lambda: _("Every weekday, Monday to Friday"),
		WEEKLY: lambda: _weekly(every, _days(pattern.weekdays or (start.weekday(),))),
		BY_DATE: lambda: _monthly(every, _day_of_month(day_meant(rule) or start.day)),
		BY_WEEKDAY: lambda: _monthly(every, _week(pattern)),
		YEARLY: lambda: _yearly(every, formatdate(start.date(), "d MMMM")),
	}
	return str(say[pattern.kind]())


def _weekly(every: int, days: str) -> str:
	return (
		_("Every week on {0}").format(days) if every == 1 else _("Every {0} weeks on {1}").format(every, days)
	)


def _monthly(every: int, day: str) -> str:
	return (
		_("Every month on {0}").format(day) if every == 1 else _("Every {0} months on {1}").format(every, day)
	)


def _yearly(every: int, day: str) -> str:
	return (
		_("Every year on {0}").format(day) if every == 1 else _("Every {0} years on {1}").format(every, day)
	)


def _day_of_month(day: int) -> str:
	return _("the last day") if day == LAST_DAY else _("day {0}").format(day)


def _week(pattern: Pattern) -> str:
	day = _names()[pattern.weekday or 0]
	weeks = {
		1: _("the first {0}"),
		2: _("the second {0}"),
		3: _("the third {0}"),
		4: _("the fourth {0}"),
		-1: _("the last {0}"),
	}
	return weeks[pattern.week].format(day)


def _days(numbers: tuple[int, ...]) -> str:
	return ", ".join(_names()[number] for number in numbers)


def _names() -> tuple[str, ...]:
	return (
		*(_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday")),
		*(_("Saturday"), _("Sunday")),
	)


def _dates(rule: Rule, start: datetime) -> str:
	"""Say what a rule of one's own means by its next days."""
	moments = [moment for moment, _number in zip(recurrence.following(rule, start), range(3), strict=False)]
	days = ", ".join(formatdate(moment.date()) for moment in moments)
	return _("By its own rule, next on {0}").format(days) if days else _("By its own rule, with no day left")


def _end(rule: Rule) -> str:
	if rule.until:
		return _("until {0}").format(formatdate(rule.until))
	return _("{0} times in all").format(rule.count) if rule.count else ""
