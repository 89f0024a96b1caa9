"""How a follow-up recurs: its rule, and the one that comes after it, which is made exactly once.

`occurs_on` is when the rule says, on the assignee's clock; `due_on` is stored in the site's time zone as everything is.
"""

from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, get_datetime, getdate, now_datetime

from crm_plus.rules import recurrence, recurrence_patterns
from crm_plus.rules.quoted_text import quoted
from crm_plus.rules.recurrence import DAYS, LARGEST_COUNT, LARGEST_INTERVAL, BadRule, Occurrence, Rule
from crm_plus.rules.recurrence_completion import next_after_completion
from crm_plus.rules.recurrence_patterns import CUSTOM, Pattern
from crm_plus.workflows import site_clock, working_days

OPEN, DONE, CANCELLED = "Open", "Done", "Cancelled"
DUE_DATE, COMPLETION = "Due Date", "Completion"
ON_DATE, AFTER_NUMBER = "On a Date", "After a Number"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKS = {"First": 1, "Second": 2, "Third": 3, "Fourth": 4, "Last": -1}
FORM = (
	*(
		"repeat",
		"repeat_every",
		"repeat_week",
		"repeat_weekday",
		"repeat_ends",
		"repeat_until",
		"repeat_count",
	),
	*WEEKDAYS,
)
# What the next one takes from the one before it.
INHERITED = (
	*("subject", "customer_profile", "deal", "assigned_to", "priority", "description"),
	*FORM,
	*("repeat_from", "skip_holidays", "recurrence"),
)
SAVEPOINT = "crm_plus_successor"


def prepare(doc: Any) -> None:
	"""Write the rule that the form says, and when the series continues.

	Raises frappe.ValidationError, in one sentence, for a rule that cannot be followed.
	"""
	if _is_new_series(doc):
		_begin(doc)
	doc.continues_on = _continues_on(doc)


def _is_new_series(doc: Any) -> bool:
	"""Tell whether the rule begins with this one: it is new, or somebody changed the rule, the form or the due date."""
	if doc.flags.in_series:
		return False
	before = doc.get_doc_before_save()
	if before is None:
		return True
	moved = get_datetime(before.due_on) != get_datetime(doc.due_on) and not doc.flags.snoozed
	return moved or any(_plain(before.get(name)) != _plain(doc.get(name)) for name in (*FORM, "recurrence"))


def _plain(value: Any) -> str:
	return "" if value in (None, 0, "0") else str(value)


def _begin(doc: Any) -> None:
	"""Let the series begin, or begin again, with this one."""
	before = doc.get_doc_before_save()
	recurs = doc.repeat or doc.recurrence
	start = site_clock.on_wall(doc.due_on, doc.assigned_to) if recurs else get_datetime(doc.due_on)
	rule = _read(doc, before, start)
	if rule is None:
		doc.update(dict.fromkeys((*FORM, "recurrence", "occurs_on"), None))
		doc.series_number = 0
		return
	doc.recurrence = recurrence.write(rule)
	doc.occurs_on = start.isoformat(timespec="seconds")
	keeps_number = before and before.recurrence == doc.recurrence
	doc.series_number = (cint(doc.series_number) if keeps_number else 0) or 1


def _read(doc: Any, before: Any, start: datetime) -> Rule | None:
	"""Return the rule of the form, or of a text that was given instead of a form."""
	given = (doc.recurrence or "").strip()
	text_is_new = given != ((before.recurrence if before else "") or "")
	form_is_new = before is None or any(_plain(before.get(name)) != _plain(doc.get(name)) for name in FORM)
	try:
		if text_is_new and (not doc.repeat or doc.repeat == CUSTOM or not form_is_new):
			return _from_text(doc, given, start)
		if not doc.repeat:
			return None
		rule = (
			recurrence.parse(given)
			if doc.repeat == CUSTOM
			else recurrence_patterns.rule_of(pattern(doc), start)
		)
		recurrence.check(rule, start)
		return rule
	except BadRule as refused:
		_refuse(refused.code, given, doc)
		return None


def _from_text(doc: Any, text: str, start: datetime) -> Rule | None:
	if not text:
		return None
	rule = recurrence.parse(text)
	found = recurrence_patterns.pattern_of(text, start)
	if found:
		rule = recurrence_patterns.rule_of(found, start)
	recurrence.check(rule, start)
	_show(doc, found)
	return rule


def _show(doc: Any, found: Pattern | None) -> None:
	"""Fill the form with what a text says."""
	if found is None:
		doc.repeat = CUSTOM
		return
	doc.repeat, doc.repeat_every = found.kind, found.every
	doc.update({day: int(number in found.weekdays) for number, day in enumerate(WEEKDAYS)})
	doc.repeat_week = next(name for name, number in WEEKS.items() if number == found.week)
	doc.repeat_weekday = None if found.weekday is None else WEEKDAYS[found.weekday].title()
	doc.repeat_ends = ON_DATE if found.until else AFTER_NUMBER if found.count else "Never"
	doc.repeat_until, doc.repeat_count = found.until, found.count


def pattern(doc: Any) -> Pattern:
	"""Return what the form of a follow-up says. Raises frappe.ValidationError where its end is missing."""
	if doc.repeat_ends == ON_DATE and not doc.repeat_until:
		frappe.throw(_("Choose the last day of the series, or let it end never."))
	if doc.repeat_ends == AFTER_NUMBER and not cint(doc.repeat_count):
		frappe.throw(_("Say how many there are, or let the series end never."))
	weekday = (doc.repeat_weekday or "").lower()
	return Pattern(
		kind=doc.repeat,
		every=cint(doc.repeat_every) or 1,
		weekdays=tuple(number for number, day in enumerate(WEEKDAYS) if cint(doc.get(day))),
		week=WEEKS.get(doc.repeat_week, 1),
		weekday=WEEKDAYS.index(weekday) if weekday else None,
		until=getdate(doc.repeat_until) if doc.repeat_ends == ON_DATE else None,
		count=cint(doc.repeat_count) if doc.repeat_ends == AFTER_NUMBER else 0,
	)


def _refuse(code: str, given: str, doc: Any) -> None:
	sentences = {
		"nonsense": _(
			"{0} is no rule that can be followed; choose how it repeats, or write one such as {1}."
		),
		"too_often": _("A follow-up repeats once a day at most; choose days, weeks, months or years."),
		"too_rare": _("{2} is too large; let it repeat at most every {3} days, weeks, months or years."),
		"time_of_day": _(
			"The time of day comes from the due date; leave hours, minutes and seconds out of the rule."
		),
		"both_ends": _("Let the series end on a day or after a number, not both."),
		"too_many": _("A series has at most {4} follow-ups; choose a smaller number, or none at all."),
		"ends_before_start": _("The series ends before it begins; choose a last day after the due date."),
		"never": _("This rule names no day within ten years, as 31 February would; choose another."),
	}
	example = f"FREQ=WEEKLY;BYDAY={DAYS[0]}"
	values = (
		quoted(given),
		example,
		cint(doc.repeat_every) or _("The interval"),
		LARGEST_INTERVAL,
		LARGEST_COUNT,
	)
	frappe.throw(sentences[code].format(*values))


def _continues_on(doc: Any) -> datetime | None:
	"""Return when the next one is to be made though this one is still open; None where it is not, or was already."""
	if not doc.recurrence or doc.status != OPEN or doc.repeat_from == COMPLETION or has_successor(doc):
		return None
	planned = recurrence.after_holidays(
		get_datetime(doc.occurs_on), _holidays(doc, get_datetime(doc.occurs_on))
	)
	return site_clock.on_site(planned, doc.assigned_to)


def has_successor(doc: Any) -> bool:
	"""Tell whether the next one of a series exists; a new follow-up has none."""
	return not doc.is_new() and bool(frappe.db.exists("Follow Up", {"previous": doc.name}))


def next_of(doc: Any, now: datetime | None = None) -> Occurrence | None:
	"""Return the one after a follow-up, on the assignee's clock; None where it does not recur or its series has ended."""
	if not doc.recurrence:
		return None
	rule, occurs_on = recurrence.parse(doc.recurrence), get_datetime(doc.occurs_on)
	due_on = site_clock.on_wall(doc.due_on, doc.assigned_to)
	current = Occurrence(occurs_on, cint(doc.series_number) or 1, due_on)
	if doc.repeat_from == COMPLETION:
		done = site_clock.on_wall(doc.completed_on or now_datetime(), doc.assigned_to)
		return next_after_completion(rule, current, done.date(), _holidays(doc, max(done, due_on)))
	wall = site_clock.on_wall(now or now_datetime(), doc.assigned_to)
	return recurrence.next_by_calendar(rule, current, wall, _holidays(doc, occurs_on))


def _holidays(doc: Any, start: datetime) -> frozenset[Any]:
	if not cint(doc.skip_holidays):
		return frozenset()
	return working_days.holidays(working_days.company_of(doc.deal), start.date())


def continue_series(doc: Any) -> str | None:
	"""Make the follow-up after this one, in the same transaction; returns its name.

	Returns None where there is none to come, or where there is one already, though another connection made it.
	"""
	if not doc.recurrence or has_successor(doc):
		return None
	found = next_of(doc)
	return _insert(doc, found) if found else None


def _insert(doc: Any, found: Occurrence) -> str | None:
	successor = frappe.get_doc(
		{
			"doctype": "Follow Up",
			**{name: doc.get(name) for name in INHERITED},
			# Not None, which Frappe fills with whoever is at it, at night the Administrator.
			"assigned_to": doc.assigned_to or "",
			"status": OPEN,
			"previous": doc.name,
			"due_on": site_clock.on_site(found.due_on, doc.assigned_to),
			"occurs_on": found.occurs_on.isoformat(timespec="seconds"),
			"series_number": found.number,
		}
	)
	successor.flags.in_series = True
	messages = list(frappe.local.message_log)
	frappe.db.savepoint(SAVEPOINT)
	try:
		successor.insert(ignore_permissions=True)  # safe: goes on with what somebody was allowed to begin
	except (frappe.UniqueValidationError, frappe.DuplicateEntryError):
		frappe.db.rollback(save_point=SAVEPOINT)  # another connection was first; nothing else is undone
		frappe.local.message_log = messages
		return None
	frappe.db.set_value("Follow Up", successor.name, "owner", doc.owner, update_modified=False)
	return successor.name


def due_series(limit: int) -> list[str]:
	"""Return follow-ups whose successor is to be made now, the longest overdue first."""
	follow_up = frappe.qb.DocType("Follow Up")
	# Not by get_all: it takes an empty time for one long ago.
	query = frappe.qb.from_(follow_up).select(follow_up.name).where(follow_up.continues_on <= now_datetime())
	return [name for (name,) in query.orderby(follow_up.continues_on).limit(limit).run()]


def continue_due(name: str) -> None:
	"""Make the successor of a follow-up that has fallen due, under a lock on it. The caller commits."""
	doc = frappe.get_doc("Follow Up", name, for_update=True)
	if doc.continues_on and get_datetime(doc.continues_on) <= now_datetime():
		continue_series(doc)
		frappe.db.set_value("Follow Up", name, "continues_on", None, update_modified=False)
