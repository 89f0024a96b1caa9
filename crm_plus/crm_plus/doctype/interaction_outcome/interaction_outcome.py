from frappe.model.document import Document

from crm_plus.workflows.plain_values import PlainValues
from crm_plus.workflows.positions import put_last


class InteractionOutcome(PlainValues, Document):
	"""How an interaction ended: reached, left a message, interested …"""

	def before_insert(self) -> None:
		"""Put what has no position behind the others: what is offered first is taken unless somebody looks."""
		put_last(self)
