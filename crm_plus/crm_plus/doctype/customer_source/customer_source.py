from frappe.model.document import Document


class CustomerSource(Document):
	"""Where a customer or a deal came from."""
