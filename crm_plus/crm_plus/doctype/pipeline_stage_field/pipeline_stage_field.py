from frappe.model.document import Document


class PipelineStageField(Document):
	"""A field of the deal that a stage demands."""
