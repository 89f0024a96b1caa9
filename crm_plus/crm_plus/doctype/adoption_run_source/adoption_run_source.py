from frappe.model.document import Document


class AdoptionRunSource(Document):
	"""One document type that an Adoption Run takes over, with its counts so far."""
