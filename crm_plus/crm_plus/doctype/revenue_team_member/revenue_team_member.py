from frappe.model.document import Document


class RevenueTeamMember(Document):
	"""A user in a team."""
