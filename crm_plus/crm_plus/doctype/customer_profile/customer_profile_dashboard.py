"""The linked documents on a profile's form."""

from typing import Any

from frappe import _


def get_data() -> dict[str, Any]:
	"""Return what Frappe counts and links on the form; history and ERPNext's documents stand in panels of their own."""
	return {
		"fieldname": "customer_profile",
		"non_standard_fieldnames": {"Customer Profile": "organization"},
		"transactions": [
			{"label": _("Sales"), "items": ["Deal", "Follow Up"]},
			{"label": _("People"), "items": ["Customer Profile"]},
		],
	}
