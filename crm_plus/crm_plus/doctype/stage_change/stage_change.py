from frappe.model.document import Document


class StageChange(Document):
	"""One move of a deal's stage or of a profile's lifecycle."""
