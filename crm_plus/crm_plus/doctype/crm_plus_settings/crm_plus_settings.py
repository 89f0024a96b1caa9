from frappe.model.document import Document

from crm_plus.workflows.plain_values import PlainValues


class CRMPlusSettings(PlainValues, Document):
	"""The few switches that an administrator needs."""
