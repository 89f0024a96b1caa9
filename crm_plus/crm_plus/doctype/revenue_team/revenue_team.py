from frappe.model.document import Document


class RevenueTeam(Document):
	"""Who works for whom, and hence who sees what."""
