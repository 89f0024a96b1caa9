"""Records for the tests of customers: leads and prospects where ERPNext has them, and what a customer bought and paid."""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import random_string

from crm_plus.tests.factories import company, leaf, make, unique


def email() -> str:
	"""Return an address that nobody else has."""
	return f"{random_string(12).lower()}@example.com"


def phone() -> str:
	"""Return a German mobile number that nobody else has, in E.164."""
	digits = str(int(frappe.generate_hash(length=10), 16))[:8].rjust(8, "4")
	return f"+49151{digits}"


def make_person(**values: Any) -> Document:
	"""Insert the profile of a person."""
	return make(
		"Customer Profile", **{"profile_type": "Person", "full_name": unique("Ada Lovelace"), **values}
	)


def make_lead(**values: Any) -> Document:
	"""Insert an ERPNext Lead, a person unless a company's name is given."""
	return make("Lead", **{"first_name": "Jane", "last_name": unique("Doe"), "email_id": email(), **values})


def make_prospect(**values: Any) -> Document:
	"""Insert an ERPNext Prospect."""
	return make("Prospect", **{"company_name": unique("Prospect"), "company": company(), **values})


def profile_of(doctype: str, name: str) -> Document:
	"""Return the one profile of an ERPNext record. Raises AssertionError where there is none or more than one."""
	link = {"Customer": "erpnext_customer", "Lead": "erpnext_lead", "Prospect": "erpnext_prospect"}[doctype]
	names = frappe.get_all("Customer Profile", {link: name}, pluck="name")
	assert len(names) == 1, f"{doctype} {name} has the profiles {names}"
	return frappe.get_doc("Customer Profile", names[0])


def contacts_of(doctype: str, name: str) -> list[str]:
	"""Return the Contacts that are linked to a record."""
	filters = {"parenttype": "Contact", "link_doctype": doctype, "link_name": name}
	return frappe.get_all("Dynamic Link", filters, pluck="parent")


def group_node(tree: str) -> str:
	"""Return a node of a tree that is a group."""
	return frappe.get_all(tree, {"is_group": 1}, pluck="name", order_by="lft", limit=1)[0]


def use_settings(**values: Any) -> None:
	"""Change CRM Plus Settings for the rest of the transaction; what Frappe remembers of them ends with it too."""
	settings = frappe.get_doc("CRM Plus Settings")
	settings.update(values).save()
	frappe.db.after_rollback.add(forget_settings)


def forget_settings() -> None:
	"""Let Frappe read the settings anew."""
	frappe.clear_document_cache("CRM Plus Settings", "CRM Plus Settings")
	frappe.db.value_cache.clear()


__all__ = ["company", "leaf", "make", "unique"]
