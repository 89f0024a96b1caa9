from frappe.model.document import Document

from crm_plus.workflows import outreach_approval, outreaches
from crm_plus.workflows.plain_values import PlainValues


class Outreach(PlainValues, Document):
	"""An e-mail to everybody in a segment."""

	def validate(self) -> None:
		"""Complete and check it; see workflows.outreaches.prepare for what is refused."""
		outreaches.prepare(self)

	def on_update(self) -> None:
		outreach_approval.withdraw_outgrown(self)

	def on_trash(self) -> None:
		outreaches.keep_released(self)
