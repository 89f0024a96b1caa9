from frappe.model.document import Document

from crm_plus.workflows import sales_quotas
from crm_plus.workflows.plain_values import PlainValues


class SalesQuota(PlainValues, Document):
	"""What a person or a team is to sell in a month or a quarter."""

	def validate(self) -> None:
		"""Complete the period and the title; refuse a second quota for the same time."""
		sales_quotas.prepare(self)
