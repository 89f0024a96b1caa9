"""When what came in was answered: by the first that went out to the same customer afterwards. Times are the site's.

Kept on each interaction, for reports ask it of many; always read anew from the interactions around what changed, never
counted on. Whoever calls holds the customer's lock, so that the last of several changes sees all the others.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

import frappe
from frappe.query_builder import Order
from frappe.query_builder.functions import Coalesce
from frappe.utils import get_datetime

from crm_plus.rules.interactions import DONE, EARLIEST, INCOMING, OUTGOING

INTERACTION = "Interaction"
PROFILES_AT_ONCE = 500


class Said(NamedTuple):
	"""An interaction that changed, as it is or was: whose, when, and whether it may have been an answer."""

	customer_profile: str
	moment: datetime
	went_out: bool


def said_by(interaction: Any) -> Said:
	"""Return what an interaction says."""
	return Said(
		interaction.customer_profile, get_datetime(interaction.starts_on), interaction.direction == OUTGOING
	)


def follow(profile: str, changes: Collection[Said]) -> None:
	"""Read anew when what came in around changes of a customer's interactions was answered, and write what differs."""
	wanted: dict[datetime | None, list[str]] = defaultdict(list)
	for name, stored, found in _around(profile, changes):
		if stored != found:
			wanted[found].append(name)
	table = frappe.qb.DocType(INTERACTION)
	for found, names in wanted.items():
		frappe.qb.update(table).set(table.answered_on, found).where(table.name.isin(names)).run()


def _around(profile: str, changes: Collection[Said]) -> Iterable[Any]:
	"""Return name, stored and true answer of what may be concerned: of an answer, all since the one before it."""
	table, before = frappe.qb.DocType(INTERACTION), frappe.qb.DocType(INTERACTION).as_("before")
	moments = [change.moment for change in changes]
	first: Any = min(moments)
	if any(change.went_out for change in changes):
		earlier = (
			frappe.qb.from_(before)
			.select(before.starts_on)
			.where((before.customer_profile == profile) & (before.direction == OUTGOING))
			.where((before.status == DONE) & (before.starts_on < min(moments)))
			.orderby(before.starts_on, order=Order.desc)
			.limit(1)
		)
		# What came in at the same moment as an answer was answered by the next one.
		first = Coalesce(earlier, EARLIEST)
	return (
		frappe.qb.from_(table)
		.select(table.name, table.answered_on, _first_answer(table))
		.where((table.customer_profile == profile) & (table.starts_on >= first))
		.where(table.starts_on <= max(moments))
		.run()
	)


def _first_answer(table: Any) -> Any:
	"""The time of the first answer to an interaction; only what came in has one. An index holds them in order."""
	answer = frappe.qb.DocType(INTERACTION).as_("answer")
	return (
		frappe.qb.from_(answer)
		.select(answer.starts_on)
		.where((answer.customer_profile == table.customer_profile) & (answer.direction == OUTGOING))
		.where((answer.status == DONE) & (answer.starts_on > table.starts_on))
		.where(table.direction == INCOMING)
		.orderby(answer.starts_on)
		.limit(1)
	)


def follow_all(profiles: Iterable[str] | None = None) -> None:
	"""Do so for all that came in from some customers, from all unless said: after rows were written past their documents."""
	table = frappe.qb.DocType(INTERACTION)
	query = (
		frappe.qb.from_(table).select(table.customer_profile).distinct().where(table.customer_profile > "")
	)
	names = list(profiles) if profiles is not None else [name for (name,) in query.run()]
	for start in range(0, len(names), PROFILES_AT_ONCE):
		theirs = table.customer_profile.isin(names[start : start + PROFILES_AT_ONCE])
		# As an argument the query stands between brackets, which the update needs.
		found = Coalesce(_first_answer(table), None)
		frappe.qb.update(table).set(table.answered_on, found).where(theirs).run()
		frappe.db.commit()  # a million rows in one transaction would hold them all
