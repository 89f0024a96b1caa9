from frappe.model.document import Document


class LostReason(Document):
	"""Why a deal was lost."""
