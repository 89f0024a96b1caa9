"""The demo's deals walk through the stages that their documents let them skip, so that there is a history to reckon by."""

import random
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import get_datetime

SEED = "crm-plus-history"
# What lies between two stages that a quotation or an order joins, and how often a deal stops there.
BETWEEN = {
	("New", "Proposal Sent"): (("Contacted", 0.9), ("Qualified", 0.8)),
	("New", "Lost"): (("Contacted", 0.7), ("Qualified", 0.4)),
	("New", "Negotiation"): (("Contacted", 0.9), ("Qualified", 0.8)),
	("Proposal Sent", "Won"): (("Negotiation", 0.5),),
	("Proposal Sent", "Lost"): (("Negotiation", 0.4),),
}
FIELDS = (
	*("name", "reference_doctype", "reference_name", "pipeline", "from_stage", "to_stage"),
	*("changed_on", "changed_by", "seconds_in_previous"),
)


def make() -> None:
	"""Put the stops in between into the history of the deals; each step takes its share of the time that the leap took."""
	stages = set(frappe.get_all("Pipeline Stage", pluck="name"))
	leaps = frappe.get_all(
		"Stage Change",
		filters={"reference_doctype": "Deal", "from_stage": ["is", "set"]},
		fields=list(FIELDS),
		order_by="name",
	)
	rows = [row for leap in leaps for row in stops_of(leap, stages)]
	if rows:
		frappe.db.bulk_insert("Stage Change", list(rows[0]), [list(row.values()) for row in rows])


def stops_of(leap: Any, stages: set[str]) -> list[dict[str, Any]]:
	"""Return the moves to the stops of a leap, and let the leap itself begin at the last of them."""
	chance = random.Random(f"{SEED}-{leap.reference_name}-{leap.to_stage}")
	names = [stage.removeprefix(f"{leap.pipeline}-") for stage in (leap.from_stage, leap.to_stage)]
	between = [name for name, often in BETWEEN.get(tuple(names), ()) if chance.random() < often]
	stops = [f"{leap.pipeline}-{name}" for name in between if f"{leap.pipeline}-{name}" in stages]
	if not stops:
		return []
	began = get_datetime(leap.changed_on) - timedelta(seconds=leap.seconds_in_previous)
	parts = sorted(chance.random() for _stop in stops)
	moments = [began + timedelta(seconds=int(leap.seconds_in_previous * part)) for part in parts]
	rows = [
		{
			**{"name": f"{leap.name}-{number}", "owner": leap.changed_by, "modified_by": leap.changed_by},
			**{"creation": moment, "modified": moment, "changed_on": moment, "changed_by": leap.changed_by},
			**{"reference_doctype": "Deal", "reference_name": leap.reference_name, "pipeline": leap.pipeline},
			**{"from_stage": before, "to_stage": stop, "cause": "Manual"},
			"seconds_in_previous": int((moment - since).total_seconds()),
		}
		for number, (stop, moment, before, since) in enumerate(
			zip(stops, moments, [leap.from_stage, *stops], [began, *moments], strict=False)
		)
	]
	last = {"from_stage": stops[-1]}
	last["seconds_in_previous"] = int((get_datetime(leap.changed_on) - moments[-1]).total_seconds())
	frappe.db.set_value("Stage Change", leap.name, last, update_modified=False)
	return rows
