"""Where adopted profiles stand in their life with us, and what they are worth: from ERPNext's books, dated as the source."""

from collections import defaultdict
from collections.abc import Iterable

import frappe
from frappe.utils import getdate, nowdate

from crm_plus.rules.lifecycle import from_facts
from crm_plus.workflows import lifecycle, profile_figures
from crm_plus.workflows.adoption_ledger import PROFILE

ADOPTED = "Adopted"


def settle(names: Iterable[str]) -> None:
	"""Set figures and lifecycle stage of those profiles that adoption made, in a constant number of queries.

	This is where they stood when they came, not a move: their first Stage Change is put right instead of adding one.
	"""
	wanted = list(dict.fromkeys(names))
	untouched = _made_now(wanted) if wanted else set()
	fresh = [name for name in wanted if name in untouched]
	if not fresh:
		return
	profile_figures.refresh_figures(fresh)
	rows = frappe.get_all(PROFILE, filters={"name": ["in", fresh]}, fields=list(lifecycle.FIELDS))
	facts, limits, today = lifecycle.facts_of(rows), lifecycle.thresholds(), getdate(nowdate())
	moved: dict[str, list[str]] = defaultdict(list)
	for row in rows:
		phase = from_facts(facts[row.name], limits, today).value
		if row.lifecycle_stage != phase and not row.lifecycle_chosen_on:
			moved[phase].append(row.name)
	for phase, profiles in moved.items():
		_write(profiles, phase)


def _made_now(names: list[str]) -> set[str]:
	"""Return the profiles whose only Stage Change is the one that adoption wrote: nothing has moved them since."""
	change = frappe.qb.DocType("Stage Change")
	query = (
		frappe.qb.from_(change)
		.select(change.reference_name, frappe.query_builder.functions.Count("*"))
		.where((change.reference_doctype == PROFILE) & change.reference_name.isin(names))
		.groupby(change.reference_name)
		.having(frappe.query_builder.functions.Max(change.cause) == ADOPTED)
	)
	return {name for name, count in query.run() if count == 1}


def _write(profiles: list[str], phase: str) -> None:
	profile, change = frappe.qb.DocType(PROFILE), frappe.qb.DocType("Stage Change")
	frappe.qb.update(profile).set(profile.lifecycle_stage, phase).where(profile.name.isin(profiles)).run()
	(
		frappe.qb.update(change)
		.set(change.to_stage, phase)
		.where((change.reference_doctype == PROFILE) & change.reference_name.isin(profiles))
		.where(change.cause == ADOPTED)
		.run()
	)
