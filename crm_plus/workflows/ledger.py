"""The ledger of reminders in the site's database: what the engine (`reminder_engine.Store`) works on.

Rows are found by an index and then locked by name, without waiting for those that another worker holds.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import frappe
from frappe.utils import add_to_date, cint, now_datetime

from crm_plus.channels import whatsapp
from crm_plus.rules import deliveries as rules
from crm_plus.rules.deliveries import DROPPED, DUE_STATUSES, SENDING, WAITING, Delivery, Standing
from crm_plus.rules.notices import Preference
from crm_plus.rules.reminders import Entry, Occasion
from crm_plus.workflows import messages, preferences, remindables, site_clock, standings
from crm_plus.workflows.reminder_engine import Change, Receiver

DOCTYPE = "Reminder Delivery"
INSERTED = (
	*("name", "owner", "modified_by", "creation", "modified", "docstatus", "idx", "delivery_key", "status"),
	*("event", "reference_doctype", "reference_name", "occasion", "user", "channel", "subject"),
	*("send_after", "second_hour", "attempts"),
)
READ = (
	*("name", "event", "reference_doctype", "reference_name", "occasion", "user", "channel", "subject"),
	*("attempts", "send_after", "second_hour", "status"),
)
LONGEST_REASON = 500
# WhatsApp's word that a message could not be brought comes within seconds; it is looked for each hour.
WHATSAPP_DAYS = 3


class SiteStore:
	"""The engine's store on this site. Only jobs and tests, which are at the end of their transaction, make one."""

	def take_occasions(self, now: datetime, limit: int) -> Sequence[Occasion]:
		"""Lock follow-ups and planned interactions that are to be looked at."""
		return remindables.take(now, limit)

	def preferences(self, users: Sequence[str]) -> dict[str, Preference]:
		"""Return how users want to hear of things."""
		return preferences.load(users)

	def enter(self, rows: Sequence[Entry]) -> None:
		"""Add rows to the ledger."""
		enter(rows)

	def tick_off(self, occasions: Sequence[Occasion]) -> None:
		"""Note that documents have been looked at."""
		remindables.tick_off(occasions)

	def receivers(self, now: datetime, limit: int) -> Sequence[Receiver]:
		"""Return pairs of user and channel with rows that are due."""
		row = frappe.qb.DocType(DOCTYPE)
		due = row.status.isin(DUE_STATUSES) & (row.send_after <= site_clock.stored(now))
		query = frappe.qb.from_(row).select(row.user, row.channel).where(due).distinct().limit(limit)
		return [(user, channel) for user, channel in query.run()]

	def take_due(self, receiver: Receiver, now: datetime) -> list[Delivery]:
		"""Lock the rows of a receiver that are due."""
		row, bound = frappe.qb.DocType(DOCTYPE), site_clock.stored(now)
		found = (
			frappe.qb.from_(row)
			.select(row.name)
			.where((row.user == receiver[0]) & (row.channel == receiver[1]))
			.where(row.status.isin(DUE_STATUSES) & (row.send_after <= bound))
		).run(pluck=True)
		locked = self._lock(found)
		return [_delivery(one) for one in locked if one.status in DUE_STATUSES and one.send_after <= bound]

	def _lock(self, names: Sequence[str]) -> list[Any]:
		"""Read rows as they are now, leaving out those that somebody else is at."""
		if not names:
			return []
		row = frappe.qb.DocType(DOCTYPE)
		query = frappe.qb.from_(row).select(*(row[name] for name in READ)).where(row.name.isin(names))
		return list(query.for_update(skip_locked=True).run(as_dict=True))

	def standings(self, due: Sequence[Delivery]) -> dict[str, Standing]:
		"""Return what is true by now of each delivery's occasion."""
		return standings.of(due)

	def settle(self, ids: Sequence[str], change: Change) -> None:
		"""Write what became of rows."""
		settle(ids, change)

	def send(self, receiver: Receiver, due: Sequence[Delivery]) -> None:
		"""Put one message on its way."""
		carried_by = messages.send(receiver, due)
		if carried_by:
			row = frappe.qb.DocType(DOCTYPE)
			query = frappe.qb.update(row).set(row.message_doctype, carried_by[0])
			query.set(row.message_name, carried_by[1]).where(row.name.isin([one.id for one in due])).run()

	def lost(self, now: datetime) -> Sequence[str]:
		"""Lock the rows that were handed to a network channel by a worker that is gone."""
		rows = frappe.get_all(DOCTYPE, {"status": SENDING}, ["name", "handed_over_on"])
		gone = [
			row.name
			for row in rows
			if not row.handed_over_on or rules.is_lost(site_clock.moment(row.handed_over_on), now)
		]
		return [row.name for row in self._lock(gone) if row.status == SENDING]

	def commit(self) -> None:
		"""End the transaction."""
		frappe.db.commit()  # the engine's transactions are its own: it runs in background jobs alone

	def rollback(self) -> None:
		"""Undo the transaction."""
		frappe.db.rollback()  # the engine's transactions are its own: it runs in background jobs alone

	def note_failure(self, title: str) -> None:
		"""Keep the failure in the Error Log; the engine's next commit stores it."""
		frappe.log_error(title=title)


def enter(rows: Sequence[Entry]) -> None:
	"""Add rows to the ledger in this transaction; one that was dropped and is wanted again waits anew, others stay.

	Channels that the site does not have are left out.

	Each key is taken by the unique index, whoever else is adding the same at this moment.
	"""
	channels = messages.available() if rows else frozenset()
	rows = [one for one in rows if one.channel in channels]
	if not rows:
		return
	row = frappe.qb.DocType(DOCTYPE)
	by_key = {one.key: one for one in rows}
	known = dict(
		frappe.qb.from_(row)
		.select(row.delivery_key, row.status)
		.where(row.delivery_key.isin(list(by_key)))
		.run()
	)
	new = [one for key, one in by_key.items() if key not in known]
	if new:
		values = [_values(one) for one in new]
		frappe.db.bulk_insert(DOCTYPE, fields=list(INSERTED), values=values, ignore_duplicates=True)
	for key, status in known.items():
		if status == DROPPED:
			when = site_clock.stored(by_key[key].send_after)
			query = frappe.qb.update(row).set(row.status, WAITING).set(row.send_after, when)
			query.set(row.reason, "").where((row.delivery_key == key) & (row.status == DROPPED)).run()


def _values(one: Entry) -> tuple[Any, ...]:
	when, now, user = site_clock.stored(one.send_after), frappe.utils.now(), frappe.session.user
	return (
		*(frappe.generate_hash(length=16), user, user, now, now, 0, 0, one.key, WAITING),
		*(one.event, one.doctype, one.name, one.stamp[:140], one.user, one.channel, one.subject),
		*(when.replace(fold=0), when.fold, 0),
	)


def _delivery(row: Any) -> Delivery:
	return Delivery(
		*(row.name, row.event, row.reference_doctype, row.reference_name, row.occasion or "", row.user),
		*(row.channel, row.subject or "", cint(row.attempts)),
		site_clock.moment(row.send_after, cint(row.second_hour)),
	)


def settle(ids: Sequence[str], change: Change) -> None:
	"""Write what became of those of the rows whose status is still one of the expected."""
	row = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.update(row).set(row.status, change.status).set(row.modified, frappe.utils.now())
	query = query.set(row.reason, standings.reason(change.reason)[:LONGEST_REASON])
	if change.attempts is not None:
		query = query.set(row.attempts, change.attempts)
	for field, when in (("handed_over_on", change.handed_over), ("sent_on", change.sent)):
		if when is not None:
			query = query.set(row[field], site_clock.stored(when))
	if change.send_after is not None:
		when = site_clock.stored(change.send_after)
		query = query.set(row.send_after, when.replace(fold=0)).set(row.second_hour, when.fold)
	query.where(row.name.isin(list(ids)) & row.status.isin(list(change.expected))).run()


def resend(names: Sequence[str]) -> int:
	"""Let rows that were set aside, failed, dropped or are of unknown fate be sent once more; returns how many."""
	row = frappe.qb.DocType(DOCTYPE)
	chosen = (row.name.isin(list(names))) & row.status.isin(rules.RESENDABLE)
	found = frappe.qb.from_(row).select(row.name).where(chosen).run(pluck=True)
	if found:
		settle(found, Change(WAITING, rules.RESENDABLE, send_after=site_clock.now(), attempts=0))
	return len(found)


def set_aside_failed() -> int:
	"""Set aside the reminders that left and failed later, in this transaction; returns how many.

	Frappe's own queue gives an e-mail up; WhatsApp takes a message and says afterwards that it could not be brought.
	"""
	mail = frappe.get_all("Email Queue", {"status": "Error"}, pluck="name")
	lately = add_to_date(now_datetime(), days=-WHATSAPP_DAYS)
	return _set_aside("Email Queue", mail, "mail failed") + _set_aside(
		whatsapp.DOCTYPE, whatsapp.failed_since(lately), "not brought"
	)


def _set_aside(carrier: str, failed: Sequence[str], reason: str) -> int:
	if not failed:
		return 0
	row = frappe.qb.DocType(DOCTYPE)
	carried = (
		(row.message_doctype == carrier) & row.message_name.isin(list(failed)) & (row.status == rules.SENT)
	)
	names = frappe.qb.from_(row).select(row.name).where(carried).run(pluck=True)
	if names:
		settle(names, Change(rules.SET_ASIDE, (rules.SENT,), reason=reason))
	return len(names)
