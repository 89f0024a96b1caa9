from frappe.model.document import Document

from crm_plus.workflows.plain_values import FoundAsListed


class DealItem(FoundAsListed, Document):
	"""An item of a deal."""
