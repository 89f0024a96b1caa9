"""The proof that no message is lost: all that there are equal those placed, waiting, set aside, and still to come.

Each number is counted on its own, so that the sum can be checked.
"""

from typing import Any

import frappe
from frappe.query_builder.functions import Count

from crm_plus.access.rows import readable_rows

DOCTYPE = "Communication"
# Written by Frappe for each participant of an Event, which is captured itself.
SHADOW_OF = "Event"


def count() -> dict[str, int]:
	"""Return how many messages between people there are, and where they stand."""
	tray = {"source_doctype": DOCTYPE}
	return {
		"messages": _number(_messages()),
		"placed": frappe.db.count("Interaction", {"source_doctype": DOCTYPE}),
		"waiting": frappe.db.count("Unmatched Mail", {**tray, "status": "Waiting"}),
		"set_aside": frappe.db.count("Unmatched Mail", {**tray, "status": "Set Aside"}),
		"to_come": _to_come(),
	}


def count_readable() -> dict[str, int]:
	"""Return how many messages of the tray that the user may read wait, and how many are set aside."""
	row = frappe.qb.DocType("Unmatched Mail")
	query = frappe.qb.from_(row).select(Count(row.name)).where(readable_rows("Unmatched Mail"))
	standing = {"waiting": "Waiting", "set_aside": "Set Aside"}
	return {key: _number(query.where(row.status == status)) for key, status in standing.items()}


def _messages() -> Any:
	message = frappe.qb.DocType(DOCTYPE)
	return (
		frappe.qb.from_(message)
		.select(Count(message.name))
		.where(message.communication_type == "Communication")
		.where(message.reference_doctype.isnull() | (message.reference_doctype != SHADOW_OF))
	)


def _to_come() -> int:
	message = frappe.qb.DocType(DOCTYPE)
	interaction, row = frappe.qb.DocType("Interaction"), frappe.qb.DocType("Unmatched Mail")
	query = _messages()
	for table in (interaction, row):
		query = query.left_join(table).on(
			(table.source_doctype == DOCTYPE) & (table.source_name == message.name)
		)
	return _number(query.where(interaction.name.isnull() & row.name.isnull()))


def _number(query: Any) -> int:
	return int(query.run()[0][0])
