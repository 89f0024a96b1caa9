from frappe.model.document import Document

from crm_plus.workflows.plain_values import PlainValues


class InteractionOutcome(PlainValues, Document):
	"""How an interaction ended: reached, left a message, interested …"""
