from frappe.model.document import Document

from crm_plus.workflows.plain_values import PlainValues


class LostReason(PlainValues, Document):
	"""Why a deal was lost."""
