from frappe.model.document import Document


class PipelineStageRole(Document):
	"""A role that may move deals into a stage."""
