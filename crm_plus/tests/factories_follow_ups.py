"""Follow-ups and what they hang on; times are the site's."""

from datetime import date, datetime, timedelta
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from crm_plus.tests import factories


def make_follow_up(**values: Any) -> Document:
	"""Insert a Follow Up, due tomorrow and assigned to the session's user unless said otherwise."""
	defaults = {"subject": factories.unique("Call"), "due_on": now_datetime() + timedelta(days=1)}
	return factories.make("Follow Up", **{**defaults, **values})


def successor_of(follow_up: str) -> Document | None:
	"""Return the follow-up that continues another."""
	name = frappe.db.get_value("Follow Up", {"previous": follow_up})
	return frappe.get_doc("Follow Up", name) if name else None


def todos_of(follow_up: str) -> list[Any]:
	"""Return the ToDos of a follow-up, oldest first."""
	of_doc = {"reference_type": "Follow Up", "reference_name": follow_up}
	return frappe.get_all(
		"ToDo", of_doc, ["name", "allocated_to", "status", "date"], order_by="creation, name"
	)


def fall_due(follow_up: Document, moment: datetime) -> None:
	"""Let a follow-up be as if it had been made for a time in the past, past the document."""
	values = {"due_on": moment, "occurs_on": moment.isoformat(timespec="seconds"), "continues_on": moment}
	frappe.db.set_value("Follow Up", follow_up.name, values)
	follow_up.reload()


def make_company_with_holidays(*days: date) -> str:
	"""Return the first company, with a Holiday List of exactly these days until the caller's test is over."""
	first, last = min(days), max(days)
	holidays = factories.make(
		"Holiday List",
		holiday_list_name=factories.unique("Holidays"),
		from_date=first - timedelta(days=400),
		to_date=last + timedelta(days=400),
		holidays=[{"holiday_date": day, "description": "Off"} for day in days],
	)
	company = factories.company()
	frappe.db.set_value("Company", company, "default_holiday_list", holidays.name)
	frappe.clear_document_cache("Company", company)
	return company


def free_of_holidays() -> None:
	"""Leave the first company without a Holiday List."""
	frappe.db.set_value("Company", factories.company(), "default_holiday_list", None)
	frappe.clear_document_cache("Company", factories.company())
