import frappe
from frappe.model.document import Document

from crm_plus.workflows import unmatched
from crm_plus.workflows.plain_values import FoundAsListed


class UnmatchedMail(FoundAsListed, Document):
	"""A message that matches no customer yet; the message itself stays where it is."""

	def onload(self) -> None:
		"""Show the beginning of the message, as plain text."""
		self.set_onload("preview", unmatched.preview(self))


def on_doctype_update() -> None:
	"""Add the index by which the tray is listed."""
	frappe.db.add_index("Unmatched Mail", ["status", "received_on"], index_name="status_received")
