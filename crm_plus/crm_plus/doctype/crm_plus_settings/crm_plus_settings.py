from frappe.model.document import Document

from crm_plus.workflows import approval_workflows, deal_approval, outreach_approval
from crm_plus.workflows.plain_values import PlainValues


class CRMPlusSettings(PlainValues, Document):
	"""The few switches that an administrator needs."""

	def on_update(self) -> None:
		"""Switch Frappe's Workflows on or off with the approvals."""
		approval_workflows.switch(self, "deal_approvals", deal_approval.WORKFLOW)
		approval_workflows.switch(self, "outreach_approval", outreach_approval.WORKFLOW)
