"""The linked documents on a deal's form."""

from typing import Any

from frappe import _


def get_data() -> dict[str, Any]:
	"""Return what is to be done, and ERPNext's documents that name the deal on their header; the tab Documents shows the others and the money."""
	return {
		"fieldname": "crm_plus_deal",
		"non_standard_fieldnames": {"Follow Up": "deal"},
		"transactions": [
			{"label": _("To Do"), "items": ["Follow Up"]},
			{"label": _("Selling"), "items": ["Quotation", "Sales Order"]},
			{"label": _("Billing"), "items": ["Sales Invoice"]},
			{"label": _("Delivery"), "items": ["Project"]},
		],
	}
