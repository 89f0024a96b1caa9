from frappe.model.document import Document


class Pipeline(Document):
	"""A named sales process; its ordered steps are Pipeline Stages."""
