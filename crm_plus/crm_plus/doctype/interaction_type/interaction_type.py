from frappe.model.document import Document

from crm_plus.workflows.plain_values import PlainValues
from crm_plus.workflows.positions import put_last


class InteractionType(PlainValues, Document):
	"""A kind of thing that happens between us and a customer: a call, a meeting …"""

	def before_insert(self) -> None:
		"""Put what has no position behind the others: what is offered first is taken unless somebody looks."""
		put_last(self)
