from frappe.model.document import Document


class DealItem(Document):
	"""An item of a deal."""
