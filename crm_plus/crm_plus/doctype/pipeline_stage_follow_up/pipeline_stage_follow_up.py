from frappe.model.document import Document


class PipelineStageFollowUp(Document):
	"""What has to be done once a deal enters a stage."""
