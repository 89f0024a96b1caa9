"""When a customer and a deal were last spoken to, and when what came in was answered: always read anew from the interactions
themselves, never counted up.

Interactions only note whom they concern. After their commit each profile and deal gets its time in a transaction of its own,
under a lock on its row: because the reading starts after the lock is held, the last of several sees all the others.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import frappe
from frappe.query_builder import Order
from frappe.query_builder.functions import Max

from crm_plus.rules.interactions import DONE, EARLIEST, LATEST
from crm_plus.workflows import answers, until_commit
from crm_plus.workflows.answers import Said

TOUCHED = "interaction_times"
JOB = "crm_plus.workflows.interaction_times.refresh"
# More than this in one request is left to a background job: nobody should wait for a mass import.
NAMES_PER_REQUEST = 20
FIELD = "last_interaction_on"


def note(interaction: Any) -> None:
	"""Note the customers and the deal of an interaction that is being saved or deleted, those of before included."""
	notes = until_commit.notes(TOUCHED, run)
	for document in (interaction, interaction.get_doc_before_save()):
		if document:
			notes.setdefault("profiles", set()).update(profiles_of(document))
			notes.setdefault("deals", set()).update({document.deal} - {None, ""})
			notes.setdefault("said", set()).update(said_by(document))


def profiles_of(interaction: Any) -> set[str]:
	"""Return the profiles in whose streams an interaction stands."""
	rows = {row.customer_profile for row in interaction.participants}
	return (rows | {interaction.customer_profile}) - {None, ""}


def note_all(profile: str) -> None:
	"""Note a customer to whom interactions were given past their documents."""
	notes = until_commit.notes(TOUCHED, run)
	notes.setdefault("profiles", set()).add(profile)
	notes.setdefault("said", set()).update(Said(profile, moment, True) for moment in (EARLIEST, LATEST))


def said_by(interaction: Any) -> set[Said]:
	"""Return what an interaction says to its customer, nothing where it names none."""
	return {answers.said_by(interaction)} if interaction.customer_profile else set()


@contextmanager
def together() -> Iterator[None]:
	"""Bring what is touched inside the block in step once, at its end: many messages of one customer need one reading.

	Where the block is killed, the nightly job catches up.
	"""
	if frappe.flags.crm_plus_times is not None:
		yield
		return
	held: until_commit.Notes = {"profiles": set(), "deals": set(), "said": set()}
	frappe.flags.crm_plus_times = held
	try:
		yield
	finally:
		frappe.flags.crm_plus_times = None
		_run(held, at_once=True)


def run(touched: until_commit.Notes) -> None:
	"""Bring what was touched in step, right after the commit. Never raises."""
	held = frappe.flags.crm_plus_times
	if held is None:
		_run(touched)
		return
	for kind, names in touched.items():
		held[kind].update(names)


def _run(touched: until_commit.Notes, *, at_once: bool = False) -> None:
	profiles, deals, said = (sorted(touched.get(kind, ())) for kind in ("profiles", "deals", "said"))
	try:
		if len(profiles) + len(deals) > NAMES_PER_REQUEST and not at_once:
			frappe.enqueue(JOB, queue="short", profiles=profiles, deals=deals, said=said)
		else:
			refresh(profiles, deals, said)
	except Exception:
		frappe.db.rollback()  # our own transaction only; the nightly job catches up
		frappe.log_error(title="CRM Plus: last interactions could not be brought in step")
		frappe.db.commit()  # the log must survive, whatever the request does next


def refresh(profiles: Iterable[str], deals: Iterable[str], said: Iterable[Said] = ()) -> None:
	"""Read anew when these profiles and deals were last spoken to, and the organizations of these profiles.

	Also when what came in from these profiles was answered, around what was `said`.
	"""
	changes: dict[str, list[Said]] = defaultdict(list)
	for change in said:
		changes[change[0]].append(Said(*change))
	frappe.db.commit()  # ends the snapshot of before: what is read under a lock must not be older than the lock
	for deal in deals:
		_write("Deal", deal, last_of_deal)
	names = list(profiles)
	for name in names:
		_write("Customer Profile", name, last_of_profile, changes[name])
	of_people = {"name": ["in", names or [""]], "organization": ["is", "set"]}
	organizations = frappe.get_all("Customer Profile", of_people, pluck="organization", distinct=True)
	frappe.db.commit()  # the reading above began a snapshot
	for name in sorted(set(organizations)):
		_write("Customer Profile", name, last_of_profile)


def _write(
	doctype: str, name: str, last: Callable[[str], datetime | None], changes: Iterable[Said] = ()
) -> None:
	stored = frappe.db.get_value(doctype, name, ["name", FIELD], as_dict=True, for_update=True)
	if stored and (found := last(name)) != stored[FIELD]:
		frappe.db.set_value(doctype, name, FIELD, found, update_modified=False)
	if stored and changes:
		answers.follow(name, list(changes))
	frappe.db.commit()  # own transaction, after the interaction's: no lock is held over the next one


def last_of_deal(deal: str) -> datetime | None:
	"""Return when the newest done interaction of a deal was: the index is read backwards from its end."""
	interaction = frappe.qb.DocType("Interaction")
	query = (
		frappe.qb.from_(interaction)
		.select(interaction.starts_on)
		.where((interaction.deal == deal) & (interaction.status == DONE))
		.orderby(interaction.starts_on, order=Order.desc)
		.limit(1)
	)
	return _only(query)


def last_of_profile(profile: str) -> datetime | None:
	"""Return when somebody of a profile was last spoken to: what was said to a person was said to his organization."""
	interaction, row = frappe.qb.DocType("Interaction"), frappe.qb.DocType("Interaction Participant")
	query = (
		frappe.qb.from_(row)
		.join(interaction)
		.on(interaction.name == row.parent)
		.select(row.happened_on)
		.where((row.customer_profile == profile) & (interaction.status == DONE))
		.orderby(row.happened_on, order=Order.desc)
		.limit(1)
	)
	person = frappe.qb.DocType("Customer Profile")
	of_people = frappe.qb.from_(person).select(Max(person[FIELD])).where(person.organization == profile)
	return max((time for time in (_only(query), _only(of_people)) if time), default=None)


def _only(query: Any) -> datetime | None:
	found = query.run()
	return found[0][0] if found else None
