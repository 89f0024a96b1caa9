from frappe.model.document import Document

from crm_plus.workflows.plain_values import FoundAsListed


class CustomerProfileLink(FoundAsListed, Document):
	"""A web or social media address of a profile."""
