from frappe.model.document import Document


class CustomerProfile(Document):
	"""One person or organization we have a relationship with, at any lifecycle stage."""
