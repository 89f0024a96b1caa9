"""Who sees to whom an outreach went: whoever may read the profile that a row names."""

from typing import Any

import frappe

from crm_plus.access.belongings import as_sql, belongs_to_readable
from crm_plus.access.conditions import NOTHING
from crm_plus.access.rows import holds_for
from crm_plus.setup.compatibility import is_asked_for_a_joined_table, no_objection

RECIPIENT = "Outreach Recipient"


def condition(user: str | None = None, doctype: str = RECIPIENT) -> str:
	"""Return the condition that a user's lists of recipients take, "" where he may read all profiles."""
	user = user or frappe.session.user
	if user == "Administrator" or is_asked_for_a_joined_table():
		return ""
	found = belongs_to_readable(frappe.qb.DocType(RECIPIENT).customer_profile, "Customer Profile", user)
	return NOTHING if found is None else as_sql(found)


def may_see(doc: Any, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Tell whether a user sees a recipient; None has no objection, where Frappe asks so."""
	limited = condition(user)
	return no_objection() if not limited or holds_for(doc, limited) else False
