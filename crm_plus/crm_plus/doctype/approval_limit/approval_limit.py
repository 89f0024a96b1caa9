from frappe.model.document import Document


class ApprovalLimit(Document):
	"""What a role may offer a customer without asking anybody."""
