"""What Frappe's calendar view shows of interactions."""

from typing import Any

import frappe
from frappe.utils import cint

from crm_plus.rules.interactions import PLANNED, ends_on

FIELDS = ("name", "subject", "starts_on", "duration", "status", "interaction_type", "customer_profile")
MOST = 2000
# A mail takes no time of anybody's day.
NO_MAIL = ["Interaction", "source_doctype", "!=", "Communication"]


def between(start: str, end: str, filters: list[Any]) -> list[dict[str, Any]]:
	"""Return what is planned and what took place in a period (site's time zone), as far as the user may list it.

	What is planned comes first where there is more than a calendar can hold. Without filters mails are left out.
	"""
	period = [*filters, ["Interaction", "starts_on", "between", [start, end]]]
	plans = _rows([*period, ["Interaction", "status", "=", PLANNED]], MOST)
	others = [*period, ["Interaction", "status", "!=", PLANNED], *([] if filters else [NO_MAIL])]
	rows = [*plans, *(_rows(others, MOST - len(plans)) if len(plans) < MOST else [])]
	names = _customers({row.customer_profile for row in rows if row.customer_profile})
	return [_event(row, names.get(row.customer_profile)) for row in rows]


def _rows(filters: list[Any], limit: int) -> list[Any]:
	return frappe.get_list(
		"Interaction", filters=filters, fields=list(FIELDS), order_by="starts_on", limit_page_length=limit
	)


def _customers(profiles: set[str]) -> dict[str, str]:
	"""The names of those customers that the user may list."""
	if not profiles or not frappe.has_permission("Customer Profile", "read"):
		return {}
	filters = {"name": ["in", list(profiles)]}
	rows = frappe.get_list("Customer Profile", filters, ["name", "full_name"], limit_page_length=0)
	return {row.name: row.full_name for row in rows}


def _event(row: Any, customer: str | None) -> dict[str, Any]:
	"""An interaction begins at a time: without `all_day` the calendar takes it for a whole day, and drags it to midnight."""
	title = " · ".join(part for part in (row.subject, customer) if part)
	ends = ends_on(row.starts_on, cint(row.duration))
	return {**row, "title": title, "tooltip": title, "ends_on": ends, "all_day": 0}
