from frappe.model.document import Document

from crm_plus.workflows.plain_values import PlainValues


class InteractionOutcomeType(PlainValues, Document):
	"""A type of interaction that may end with an outcome."""
