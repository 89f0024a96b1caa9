"""What a visitor sent through a web form that makes a deal or a profile: an interaction, for it is how they spoke to us."""

from typing import Any

import frappe
from frappe import _

from crm_plus.rules.capture import source_key
from crm_plus.rules.interactions import INCOMING

TYPE = "Note"


def submitted(document: Any) -> None:
	"""Note a deal or a profile that was just made by a web form, in the same transaction; others are left alone."""
	if not frappe.flags.in_web_form:
		return
	is_deal = document.doctype == "Deal"
	frappe.get_doc(
		{
			"doctype": "Interaction",
			"interaction_type": TYPE,
			"direction": INCOMING,
			"subject": _("Web form: {0}").format(document.get_title() or ""),
			"customer_profile": document.customer_profile if is_deal else document.name,
			"deal": document.name if is_deal else None,
			"interaction_owner": document.get("deal_owner") or document.get("profile_owner"),
			"source_doctype": document.doctype,
			"source_name": document.name,
			"source_key": source_key(document.doctype, document.name),
		}
	).insert(ignore_permissions=True)  # safe: it says no more than the record that the form made
