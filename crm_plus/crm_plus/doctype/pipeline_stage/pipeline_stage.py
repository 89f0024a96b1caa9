from frappe.model.document import Document


class PipelineStage(Document):
	"""One step of a pipeline: what it needs, what it is worth, and what moves a deal into it."""
