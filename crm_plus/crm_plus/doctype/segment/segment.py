from frappe.model.document import Document

from crm_plus.workflows import segments
from crm_plus.workflows.plain_values import PlainValues


class Segment(PlainValues, Document):
	"""A saved condition over customer profiles."""

	def validate(self) -> None:
		segments.check(self)

	def on_update(self) -> None:
		segments.note_change(self)
