"""What Frappe's calendar view shows of interactions."""

from typing import Any

import frappe
from frappe.utils import cint

from crm_plus.rules.interactions import ends_on

FIELDS = ("name", "subject", "starts_on", "duration", "status", "interaction_type", "customer_profile")
MOST = 2000


def between(start: str, end: str, filters: list[Any]) -> list[dict[str, Any]]:
	"""Return the interactions that start in a period (site's time zone), as far as the user may list them."""
	period = [["Interaction", "starts_on", "between", [start, end]]]
	rows = frappe.get_list(
		"Interaction",
		filters=[*filters, *period],
		fields=list(FIELDS),
		order_by="starts_on",
		limit_page_length=MOST,
	)
	return [{**row, "ends_on": ends_on(row.starts_on, cint(row.duration))} for row in rows]
