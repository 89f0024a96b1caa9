"""Interactions, and the messages and meetings that they are captured from."""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import add_to_date, now_datetime

from crm_plus.tests import factories
from crm_plus.workflows import capture


def make_interaction(**values: Any) -> Document:
	"""Insert an Interaction: a call of an hour ago with a new customer, unless said otherwise."""
	if "customer_profile" not in values and "deal" not in values:
		values["customer_profile"] = factories.make_profile().name
	defaults = {"interaction_type": "Call", "starts_on": add_to_date(now_datetime(), hours=-1)}
	return factories.make("Interaction", **{**defaults, **values})


def make_person(**values: Any) -> Document:
	"""Insert the profile of a person with an e-mail address of his own."""
	values.setdefault("email", new_address())
	return factories.make_profile(
		**{"profile_type": "Person", "full_name": factories.unique("Ann"), **values}
	)


def example_of_contact() -> str:
	"""Return the contact of a new person; committed, for requests are other connections."""
	frappe.set_user("Administrator")
	link = {"link_doctype": "Customer Profile", "link_name": make_person().name, "parenttype": "Contact"}
	(contact,) = frappe.get_all("Dynamic Link", link, pluck="parent")
	frappe.db.commit()
	return str(contact)


def new_address() -> str:
	"""Return an e-mail address that nobody has."""
	return f"{frappe.generate_hash(length=12).lower()}@customer.example"


def make_mail(**values: Any) -> Document:
	"""Insert a received e-mail from a stranger, unless said otherwise."""
	defaults = {
		"communication_type": "Communication",
		"communication_medium": "Email",
		"sent_or_received": "Received",
		"sender": new_address(),
		"recipients": "sales@ours.example",
		"subject": factories.unique("Hello"),
		"content": "Hello",
	}
	return frappe.get_doc({"doctype": "Communication", **defaults, **values}).insert(ignore_permissions=True)


def make_event(**values: Any) -> Document:
	"""Insert a public Event of yesterday, an hour long, unless said otherwise. `with_` lists (DocType, name) of participants."""
	starts_on = values.pop("starts_on", add_to_date(now_datetime(), days=-1))
	rows = [{"reference_doctype": kind, "reference_docname": name} for kind, name in values.pop("with_", [])]
	defaults = {
		"subject": factories.unique("Meeting"),
		"event_type": "Public",
		"event_category": "Meeting",
		"starts_on": starts_on,
		"ends_on": add_to_date(starts_on, hours=1),
		"event_participants": rows,
	}
	return factories.make("Event", **{**defaults, **values})


def captured(document: Document) -> Any:
	"""Capture a document as the worker does, and return its interaction, None where it has none."""
	frappe.db.commit()  # capture reads what other transactions have written
	assert capture.capture(document.doctype, document.name), "capture failed: see Error Log"
	return interaction_of(document)


def work_off() -> None:
	"""Do what waits in this transaction's notes, as the worker does after the commit."""
	notes = list((frappe.local.crm_plus_notes or {}).get(capture.TOUCHED, {}))
	frappe.db.commit()  # the end of the request
	capture.work(notes)
	frappe.db.commit()  # and of what that noted in turn


def interaction_of(document: Document) -> Any:
	"""Return the interaction of a source, None where it has none."""
	name = frappe.db.get_value("Interaction", {"source_key": f"{document.doctype}:{document.name}"})
	return frappe.get_doc("Interaction", name) if name else None


def profiles_of(interaction: Any) -> set[str]:
	"""Return the profiles in whose streams an interaction stands."""
	return {row.customer_profile for row in interaction.participants if row.customer_profile}


def wait_in_tray(**values: Any) -> str:
	"""Insert a mail from a stranger, capture it, and return its row in the tray."""
	mail = make_mail(**values)
	assert captured(mail) is None
	return frappe.db.get_value("Unmatched Mail", {"source_name": mail.name})
