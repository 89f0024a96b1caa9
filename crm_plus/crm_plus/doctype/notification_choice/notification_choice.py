from frappe.model.document import Document


class NotificationChoice(Document):
	"""How a user wants to hear of one event."""
