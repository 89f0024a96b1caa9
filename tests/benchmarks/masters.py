"""The masters that the benchmark's rows are spread over: territories, customer groups, sources, campaigns, reasons of loss.

As many as a company has that uses ERPNext's CRM; the same of them on our side and on ERPNext's.
"""

from dataclasses import dataclass, field

import frappe
from bulk import PREFIX, put, stamp
from frappe.utils import now_datetime

TERRITORIES, CUSTOMER_GROUPS = 10, 4
# Kind: how many, and the DocTypes that keep it with the field of its title, whichever of them this version has.
MARKETING = {
	"Source": (8, {"Customer Source": "source_name", "Lead Source": "source_name", "UTM Source": ""}),
	"Campaign": (20, {"Campaign": "campaign_name", "UTM Campaign": ""}),
	"Reason": (4, {"Lost Reason": "reason", "Opportunity Lost Reason": "lost_reason"}),
}


@dataclass(frozen=True)
class Masters:
	"""Their names."""

	territories: list[str] = field(default_factory=list)
	customer_groups: list[str] = field(default_factory=list)
	sources: list[str] = field(default_factory=list)
	campaigns: list[str] = field(default_factory=list)
	reasons: list[str] = field(default_factory=list)


def make_masters() -> Masters:
	"""Return the masters, made where the site does not have them."""
	return Masters(
		territories=nodes("Territory", TERRITORIES),
		customer_groups=nodes("Customer Group", CUSTOMER_GROUPS),
		**{
			words: listed(kind)
			for kind, words in zip(MARKETING, ("sources", "campaigns", "reasons"), strict=True)
		},
	)


def nodes(tree: str, count: int) -> list[str]:
	"""Return so many nodes of a tree that are no groups."""
	label, parent = f"{frappe.scrub(tree)}_name", f"parent_{frappe.scrub(tree)}"
	root = frappe.get_all(tree, {"is_group": 1}, pluck="name", order_by="lft", limit=1)[0]
	names = [f"{PREFIX}{tree} {number:02d}" for number in range(1, count + 1)]
	for name in names:
		if not frappe.db.exists(tree, name):
			frappe.get_doc({"doctype": tree, label: name, parent: root, "is_group": 0}).insert()
	return names


def listed(kind: str) -> list[str]:
	"""Return the records of one kind, the same in each DocType that keeps it."""
	count, doctypes = MARKETING[kind]
	names = [f"{kind} {number:02d}" for number in range(1, count + 1)]
	for doctype, title in doctypes.items():
		if frappe.db.exists("DocType", doctype) and not frappe.db.exists(doctype, f"{PREFIX}{names[0]}"):
			rows = (stamp(name, now_datetime(), "Administrator") for name in names)
			put(doctype, ({**row, title: row["name"]} if title else row for row in rows))
	return [f"{PREFIX}{name}" for name in names]
