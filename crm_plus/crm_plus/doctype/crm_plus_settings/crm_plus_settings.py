from frappe.model.document import Document

from crm_plus.workflows import deal_approval
from crm_plus.workflows.plain_values import PlainValues


class CRMPlusSettings(PlainValues, Document):
	"""The few switches that an administrator needs."""

	def on_update(self) -> None:
		"""Switch Frappe's Workflow on or off with the approvals."""
		deal_approval.switch_workflow(self)
