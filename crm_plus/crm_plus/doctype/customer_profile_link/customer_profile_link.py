from frappe.model.document import Document


class CustomerProfileLink(Document):
	"""A web or social media address of a profile."""
