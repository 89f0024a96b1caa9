"""What became of an outreach, over the recipients whose profiles the reader may read."""

from typing import Any

import frappe
from frappe.query_builder.functions import Count

from crm_plus.access.rows import readable_rows


def of(outreach: str) -> list[dict[str, Any]]:
	"""Return rows of {status, reason, count}. Raises frappe.PermissionError for those who read no recipients."""
	row = frappe.qb.DocType("Outreach Recipient")
	query = (
		frappe.qb.from_(row)
		.select(row.status, row.reason, Count("*").as_("count"))
		.where(readable_rows("Outreach Recipient"))
		.where(row.outreach == outreach)
		.groupby(row.status, row.reason)
		.orderby(row.status, row.reason)
	)
	return query.run(as_dict=True)
