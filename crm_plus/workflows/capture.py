"""Capture: what is said and met elsewhere becomes one interaction, whatever order it arrives in.

A listener only notes that a source was touched. After the commit a background job reads the source as it then is, under a lock
on its row, decides where it belongs, and makes, changes or removes its one interaction. So saving a mail costs next to
nothing, twice the same is harmless, and the last job to run sees everything. `source_key` is unique: no second one can exist.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

import frappe

from crm_plus.rules import capture as rules
from crm_plus.rules import contact_points
from crm_plus.rules.capture import Placement, Source
from crm_plus.workflows import (
	capture_findings,
	captured,
	event_source,
	interaction_times,
	planned,
	unmatched,
	until_commit,
)
from crm_plus.workflows.capture_numbers import as_dialled

TOUCHED = "sources"
JOB = "crm_plus.workflows.capture.work"
# The hook by which an app says how a DocType of its own is read: {DocType: dotted path of a function(name) -> Source}.
READERS = "crm_plus_sources"
# And how those of a number are found where the tray does not keep them: {DocType: dotted path of a function(end of it) -> names}.
FINDERS = "crm_plus_sources_of_numbers"
# A number that has become known, noted like a source: all that was said under it is captured by the worker.
NUMBER = "Phone Number"
DEEPEST_THREAD = 20
Name = tuple[str, str]  # DocType, name


def note(doctype: str, name: str) -> None:
	"""Note that a source was saved or deleted."""
	until_commit.notes(TOUCHED, run)[doctype, name] = True


def run(touched: until_commit.Notes) -> None:
	"""Leave what was noted to a background job, right after the commit. Never raises."""
	try:
		at_once = bool(frappe.flags.crm_plus_at_once)
		frappe.enqueue(JOB, queue="short", now=at_once, sources=[list(source) for source in touched])
	except Exception:
		# Without a queue nothing is lost: the hourly sweep finds what was not placed.
		frappe.log_error(title="CRM Plus: capture could not be queued")
		frappe.db.commit()  # the log must survive, whatever the request does next


def work(sources: Iterable[Name | list[str]]) -> None:
	"""Capture sources, each in a transaction of its own; one failure does not stop the rest."""
	with interaction_times.together():
		for doctype, name in sources:
			for source in _of_number(name) if doctype == NUMBER else [(doctype, name)]:
				capture(*source)


def capture(doctype: str, name: str) -> bool:
	"""Make the interaction of one source agree with it; returns False where that failed, which is logged."""
	try:
		frappe.db.commit()  # ends the snapshot of before: the source is read as it is now
		while _capture(doctype, name, 0):
			pass  # an Event that repeats: one time after the other, up to the next
		frappe.db.commit()  # own transaction, after the source's
	except Exception:
		_log_failure(doctype, name)
		return False
	return True


def _capture(doctype: str, name: str, depth: int) -> bool:
	"""Capture a source as it is now; tells whether that took place, and may take place again."""
	# One at a time: of two jobs for one source the second sees what the first has made.
	frappe.db.get_value(doctype, name, "name", for_update=True)
	source = read(doctype, name)
	if doctype == event_source.DOCTYPE and _is_of_a_plan(name, source):
		return False
	if source is None:
		captured.remove(doctype, name)
		unmatched.forget(doctype, name)
		return False
	if source.replies_to and depth < DEEPEST_THREAD:
		_capture_before(source, depth)
	placement = None if source.set_aside else rules.place(source, capture_findings.look_up(source))
	if placement is None:
		_leave_unplaced(source)
		return False
	_put(source, placement)
	return source.goes_on


def _is_of_a_plan(event: str, source: Source | None) -> bool:
	"""Let the plan follow that an Event was made of; tells whether there is one."""
	plan = planned.plan_of(event)
	if plan and source:
		values = frappe.db.get_value("Event", event, ["subject", "status"], as_dict=True)
		planned.follow(plan, replace(source, subject=values.subject), values.status)
	elif plan:
		planned.event_is_gone(event)
	return bool(plan)


def _capture_before(source: Source, depth: int) -> None:
	"""Capture the message that a reply answers, where its turn has not come yet: the thread hangs on it."""
	if not captured.exists(source.doctype, source.replies_to):
		_capture(source.doctype, source.replies_to, depth + 1)


def _put(source: Source, placement: Placement) -> None:
	was_waiting = unmatched.forget(source.doctype, source.name)
	captured.write(source, placement)
	if was_waiting:
		# Its answers may have waited for it.
		for name in unmatched.answers_to(source.name):
			note(source.doctype, name)


def _leave_unplaced(source: Source) -> None:
	captured.remove(source.doctype, source.name)
	if source.is_message:
		addresses = {person.address for person in source.people}
		own = capture_findings.own_addresses(addresses)
		unmatched.keep(source, rules.why_unmatched(source, own), rules.other_side(source, own))


def read(doctype: str, name: str) -> Source | None:
	"""Return what a source says now, None where it is gone or is none of ours."""
	paths = frappe.get_hooks(READERS).get(doctype) or []
	return frappe.get_attr(paths[-1])(name) if paths else None


def sources() -> list[str]:
	"""Return the DocTypes that are captured and that this site has."""
	return [doctype for doctype in frappe.get_hooks(READERS) if frappe.db.exists("DocType", doctype)]


def _log_failure(doctype: str, name: str) -> None:
	frappe.db.rollback()  # what was begun for this source alone
	frappe.log_error(
		title="CRM Plus: a source could not be captured", reference_doctype=doctype, reference_name=name
	)
	unmatched.keep_failed(doctype, name)
	frappe.db.commit()  # the log must survive, and the message wait in the tray


def note_known(addresses: Collection[str]) -> None:
	"""Note the messages that waited for somebody to know one of these addresses or numbers."""
	given = {address for address in addresses if address}
	mails, numbers = ({one for one in given if ("@" in one) is is_mail} for is_mail in (True, False))
	dialled = [as_dialled(number) for number in sorted(numbers)]
	for doctype, name in unmatched.waiting_from([*(mail.lower() for mail in sorted(mails)), *dialled]):
		note(doctype, name)
	if frappe.get_hooks(FINDERS):
		for number in dialled:
			note(NUMBER, number)


def _of_number(number: str) -> list[Name]:
	"""Return (DocType, name) of what was said under a number, however long ago, and has no interaction."""
	end, there = contact_points.tail(number), set(sources())
	found: list[Name] = []
	for doctype, paths in frappe.get_hooks(FINDERS).items() if end else ():
		if doctype in there:
			names = frappe.get_attr(paths[-1])(end)
			found += [(doctype, name) for name in names if not captured.exists(doctype, name)]
	return found
