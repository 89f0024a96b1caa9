"""The next step of a deal and of a customer: the first of its open follow-ups and planned meetings, calls and visits, always read
anew from those themselves, never counted up.

An organization's is the first of its own and its people's, as its timeline shows them.

Follow-ups and plans only note whom they concern. After their commit each deal and profile gets its time in a transaction of its own,
under a lock on its row: nobody who saves one waits for us, nor we for him for long, and the last of several sees all others.
"""

import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import frappe
from frappe.query_builder.functions import Min
from frappe.utils import now_datetime

from crm_plus.rules.interactions import DIRECTIONS, PLANNED
from crm_plus.workflows import until_commit

TOUCHED = "next_steps"
JOB = "crm_plus.workflows.next_steps.refresh"
# More than this in one request is left to a background job: nobody should wait for a mass change.
NAMES_PER_REQUEST = 20
# Together a second: who saves a deal or a profile holds it for some hundredths of it.
LOCK_ATTEMPTS, SECONDS_BETWEEN_ATTEMPTS = 20, 0.05
FIELD, OPEN = "next_follow_up_on", "Open"
PROFILE = "Customer Profile"
# By which column of a follow-up, or a plan, each document finds its own.
COLUMNS = {"Deal": "deal", PROFILE: "customer_profile"}


def note(step: Any) -> None:
	"""Note the deal and the customer of a follow-up or plan that is being saved or deleted, those of before included."""
	for document in (step, step.get_doc_before_save()):
		for doctype, column in COLUMNS.items():
			if document and document.get(column):
				touch(doctype, document.get(column))


def note_plan(interaction: Any) -> None:
	"""Note whom an interaction concerns that is planned, or was until now."""
	before = interaction.get_doc_before_save()
	if PLANNED in (interaction.status, before.status if before else None):
		note(interaction)


def note_organization(profile: Any) -> None:
	"""Note the organizations that a person who is being saved has come to or has left."""
	before = profile.get_doc_before_save()
	if before is not None and before.organization != profile.organization:
		for organization in filter(None, (before.organization, profile.organization)):
			touch(PROFILE, organization)


def touch(doctype: str, name: str) -> None:
	"""Note that the next step of a deal or a profile has to be found anew after this transaction."""
	until_commit.notes(TOUCHED, run).setdefault((doctype, name), True)


def run(touched: until_commit.Notes) -> None:
	"""Bring what was touched in step, right after the commit. Never raises."""
	documents = sorted(touched)
	try:
		if len(documents) > NAMES_PER_REQUEST:
			_enqueue(documents)
		else:
			refresh(documents)
	except Exception:
		frappe.db.rollback()  # our own transaction only; the nightly job catches up
		frappe.log_error(title="CRM Plus: next steps could not be brought in step")
		frappe.db.commit()  # the log must survive, whatever the request does next


def refresh(documents: Iterable[tuple[str, str]]) -> None:
	"""Read anew when the next steps of these (DocType, name) are due; whom somebody else holds, a worker does later.

	Those of people's organizations come after them.
	"""
	ordered = with_organizations([(doctype, name) for doctype, name in documents])
	busy = [(doctype, name) for doctype, name in ordered if not _refresh_one(doctype, name)]
	if busy:
		_enqueue(busy)


def with_organizations(documents: list[tuple[str, str]]) -> list[tuple[str, str]]:
	"""Return documents with the organizations of the people among them at the end."""
	people = {"name": ["in", [name for doctype, name in documents if doctype == PROFILE] or [""]]}
	found = frappe.get_all(
		PROFILE, {**people, "organization": ["is", "set"]}, pluck="organization", distinct=True
	)
	last = [(PROFILE, name) for name in sorted(found)]
	return [*(one for one in documents if one not in last), *last]


def _enqueue(documents: list[tuple[str, str]]) -> None:
	frappe.enqueue(JOB, queue="short", documents=documents)


def _refresh_one(doctype: str, name: str) -> bool:
	"""Find one next step, in a transaction of its own; returns False where the row stays locked for a second."""
	for _attempt in range(LOCK_ATTEMPTS):
		frappe.db.commit()  # ends the snapshot of before: what is read under the lock must not be older than the lock
		try:
			stored = frappe.db.get_value(
				doctype, name, ["name", FIELD], as_dict=True, for_update=True, wait=False
			)
		except frappe.QueryTimeoutError:
			frappe.db.rollback()  # nothing was written yet: this only ends the transaction of the failed lock
			time.sleep(SECONDS_BETWEEN_ATTEMPTS)
			continue
		if stored and (found := earliest(doctype, name)) != stored[FIELD]:
			frappe.db.set_value(doctype, name, FIELD, found, update_modified=False)
		frappe.db.commit()  # own transaction, after the follow-up's: no lock is held over the next one
		return True
	return False


def earliest(doctype: str, name: str) -> datetime | None:
	"""Return when the first step of a deal, or of a profile and its people, is due."""
	found = [_first_of(COLUMNS[doctype], name), _first_plan_of(COLUMNS[doctype], name)]
	if doctype == PROFILE:
		person = frappe.qb.DocType(PROFILE)
		found.append(
			frappe.qb.from_(person).select(Min(person[FIELD])).where(person.organization == name).run()[0][0]
		)
	return min((due_on for due_on in found if due_on), default=None)


def _first_of(column: str, name: str) -> datetime | None:
	"""Return the first entry of one range of an index."""
	follow_up = frappe.qb.DocType("Follow Up")
	query = (
		frappe.qb.from_(follow_up)
		.select(follow_up.due_on)
		.where((follow_up[column] == name) & (follow_up.status == OPEN))
		.orderby(follow_up.due_on)
		.limit(1)
	)
	found = query.run()
	return found[0][0] if found else None


def _first_plan_of(column: str, name: str) -> datetime | None:
	"""Return when the first planned interaction begins; each direction is a range of the index by customer."""
	plan = frappe.qb.DocType("Interaction")
	query = (
		frappe.qb.from_(plan)
		.select(Min(plan.starts_on))
		.where((plan[column] == name) & (plan.status == PLANNED) & plan.direction.isin(DIRECTIONS))
	)
	return query.run()[0][0]


def stale(doctype: str) -> list[str]:
	"""Return the deals or profiles whose stored next step is not what their follow-ups and plans say."""
	record, said = frappe.qb.DocType(doctype), _said(doctype)
	query = (
		frappe.qb.from_(record)
		.left_join(said)
		.on(said.record == record.name)
		.select(record.name)
		.where(record[FIELD].isnotnull() | said.due_on.isnotnull())
		.where(record[FIELD].isnull() | said.due_on.isnull() | (record[FIELD] != said.due_on))
	)
	return [name for (name,) in query.run()]


def _said(doctype: str) -> Any:
	"""Return the query of what follow-ups and plans say: record and due_on, for an organization those of its people too."""
	follow_up, plan = frappe.qb.DocType("Follow Up"), frappe.qb.DocType("Interaction")
	told = [
		_first_of_each(doctype, follow_up, follow_up.due_on, follow_up.status == OPEN),
		_first_of_each(doctype, plan, plan.starts_on, plan.status == PLANNED),
	]
	if doctype == PROFILE:
		told += [_first_of_people(one) for one in told]
	together = told[0]
	for one in told[1:]:
		together = together.union_all(one)
	return (
		frappe.qb.from_(together)
		.select(together.record, Min(together.due_on).as_("due_on"))
		.groupby(together.record)
	)


def _first_of_each(doctype: str, step: Any, due_on: Any, is_ahead: Any) -> Any:
	column = step[COLUMNS[doctype]]
	query = frappe.qb.from_(step).select(column.as_("record"), Min(due_on).as_("due_on"))
	return query.where(is_ahead & column.isnotnull()).groupby(column)


def _first_of_people(said: Any) -> Any:
	"""Return the same by organization: the first of its people's."""
	person = frappe.qb.DocType(PROFILE)
	query = frappe.qb.from_(said).join(person).on(person.name == said.record)
	return (
		query.select(person.organization.as_("record"), Min(said.due_on).as_("due_on"))
		.where(person.organization.isnotnull())
		.groupby(person.organization)
	)


def has_other(follow_up: Any) -> bool:
	"""Tell whether the deal of a follow-up has another next step: an open one, or something planned from now on."""
	others = {"deal": follow_up.deal, "status": OPEN, "name": ["!=", follow_up.name]}
	ahead = {"deal": follow_up.deal, "status": PLANNED, "starts_on": [">=", now_datetime()]}
	return bool(frappe.db.exists("Follow Up", others) or frappe.db.exists("Interaction", ahead))
