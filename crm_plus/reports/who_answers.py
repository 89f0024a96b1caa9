"""Whom one calls and writes to: of a deal its contact, else the customer, and of an organization one of its people."""

from collections.abc import Iterable
from typing import Any

import frappe

from crm_plus.access.rows import readable_fields

PHONE, EMAIL, CONTACT = "customer_phone", "customer_email", "deal_contact"
# People of organizations that are looked through for one who has a number.
MOST = 1000


def complete(rows: list[dict[str, Any]]) -> None:
	"""Give rows of customers and deals the number and the address of whom one reaches; two queries, however many rows.

	A row has customer_profile, customer_phone, customer_email and deal_contact, as far as its reader may see them: who may
	not read numbers of customers is given none of their people either.
	"""
	may_see = (
		readable_fields("Customer Profile") if frappe.has_permission("Customer Profile", "read") else set()
	)
	contacts = _contacts({row[CONTACT] for row in rows if row.get(CONTACT)}) if "phone" in may_see else {}
	for row in rows:
		_prefer(row, contacts.get(row.pop(CONTACT, None)))
	lacking = [row for row in rows if not (row.get(PHONE) and row.get(EMAIL))]
	asked = {row["customer_profile"] for row in lacking if row.get("customer_profile")}
	people = _people(asked) if "phone" in may_see else {}
	for row in rows:
		_prefer(row, people.get(row.get("customer_profile")), instead=False)


def _prefer(row: dict[str, Any], found: Any, *, instead: bool = True) -> None:
	"""Take what was found, in place of what the row has or only where it has none."""
	for field, value in ((PHONE, found and found.phone), (EMAIL, found and found.email)):
		if value and (instead or not row.get(field)):
			row[field] = value


def _contacts(names: set[str]) -> dict[str, Any]:
	if not names or not frappe.has_permission("Contact", "read"):
		return {}
	fields = ["name", "mobile_no", "phone", "email_id"]
	rows = frappe.get_list("Contact", {"name": ["in", list(names)]}, fields, limit_page_length=0)
	return {row.name: frappe._dict(phone=row.mobile_no or row.phone, email=row.email_id) for row in rows}


def _people(organizations: Iterable[str]) -> dict[str, Any]:
	"""Of each organization the first one who has a number."""
	if not organizations:
		return {}
	filters = {"organization": ["in", list(organizations)], "phone": ["is", "set"]}
	fields = ["organization", "phone", "email"]
	rows = frappe.get_list(
		"Customer Profile", filters, fields, order_by="creation desc, name desc", limit_page_length=MOST
	)
	return {row.organization: row for row in rows}
