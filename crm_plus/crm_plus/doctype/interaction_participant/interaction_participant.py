import frappe
from frappe.model.document import Document

from crm_plus.workflows.plain_values import PlainValues


class InteractionParticipant(PlainValues, Document):
	"""Somebody on our customers' side who took part in an interaction."""


def on_doctype_update() -> None:
	"""Add the index by which a customer's interactions are read, newest first and each once: nothing else is looked at."""
	frappe.db.add_index(
		"Interaction Participant",
		["customer_profile", "happened_on", "parent"],
		index_name="customer_happened_parent",
	)
