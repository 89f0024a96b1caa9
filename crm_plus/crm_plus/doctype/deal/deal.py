from frappe.model.document import Document


class Deal(Document):
	"""One possible sale to a customer, from the first hello to the paid invoice."""
