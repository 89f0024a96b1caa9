from frappe.model.document import Document

from crm_plus.workflows.plain_values import PlainValues


class CustomerSource(PlainValues, Document):
	"""Where a customer or a deal came from."""
