from frappe.model.document import Document


class CRMPlusSettings(Document):
	"""The few switches that an administrator needs."""
