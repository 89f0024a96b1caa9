"""What a list tells of records that its own rows name: of those that its reader may not read, their names alone.

Frappe lets any list show, filter and sort by the fields of what a Link field names. A quotation is for everybody who sells, the
deal that it names is not.
"""

import frappe

from crm_plus.access.belongings import as_sql
from crm_plus.access.conditions import NOTHING, all_of
from crm_plus.access.rows import readable_rows
from crm_plus.setup.compatibility import Joined, joined_tables

OURS = "CRM Plus"


def narrow(user: str) -> None:
	"""Join to the list that is being asked for what the user may read of the linked records, in place of all there are."""
	for joined in joined_tables():
		if condition := _condition(joined, user):
			joined.narrow(condition)


def _condition(joined: Joined, user: str) -> str:
	hooks = frappe.get_hooks("permission_query_conditions", {}, app_name="crm_plus").get(joined.doctype)
	if not hooks or _is_told_anyhow(joined, user):
		return ""
	if frappe.get_meta(joined.doctype).module != OURS:
		return all_of(frappe.call(hook, user, doctype=joined.doctype) for hook in hooks)
	try:
		return as_sql(readable_rows(joined.doctype, user))
	except frappe.PermissionError:
		frappe.clear_last_message()  # nobody asked for these records
		return NOTHING


def _is_told_anyhow(joined: Joined, user: str) -> bool:
	"""Tell whether the user may know what is shown: he may link any record, or a record of ours shows whom it names."""
	rights = frappe.permissions.get_role_permissions(joined.doctype, user=user)
	if rights.get("select") and not rights.get("read"):
		return True
	title = frappe.get_meta(joined.doctype).get_title_field()
	return frappe.get_meta(joined.of).module == OURS and joined.columns <= {"name", title}
