from frappe.model.document import Document

from crm_plus.workflows.plain_values import PlainValues


class InteractionType(PlainValues, Document):
	"""A kind of thing that happens between us and a customer: a call, a meeting …"""
