"""A message of the stream, shown from its source: who may open it, and what it says. Nothing of it is ever copied."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, is_html

from crm_plus.access.personal import reads_addresses, without_addresses
from crm_plus.access.records import record as readable_record
from crm_plus.reports.timeline_query import readable
from crm_plus.reports.timeline_scope import scope_of
from crm_plus.rules.quoted_text import quoted

MAIL = "Communication"
FIELDS = ("subject", "sender", "recipients", "cc", "content", "reference_doctype", "reference_name")


def mail_of(record: Any, name: str) -> dict[str, Any]:
	"""Return a message of the record's stream with its content as HTML that nobody has cleaned: show it in a sandbox.

	Whoever may read the record may open what is linked to it or is an interaction that he may read, unless the message is
	about a document that he may not open. Whose levels hide addresses is not told from whom it is and to whom. Raises frappe.PermissionError, frappe.DoesNotExistError with one sentence.
	"""
	mail = frappe.db.get_value(MAIL, name, FIELDS, as_dict=True)
	if not mail:
		frappe.throw(
			_("There is no message {0}; reload the page.").format(quoted(name)), frappe.DoesNotExistError
		)
	if not _belongs(record, name, mail):
		frappe.throw(_("This message is not part of the timeline; reload the page."), frappe.PermissionError)
	if mail.reference_name and frappe.db.exists(mail.reference_doctype, mail.reference_name):
		readable_record(mail.reference_doctype, mail.reference_name)
	content = mail.content or ""
	if not reads_addresses():
		without_addresses(mail)
	return {
		**{field: mail[field] or "" for field in ("subject", "sender", "recipients", "cc")},
		"content": content if is_html(content) else escape_html(content).replace("\n", "<br>"),
		"files": frappe.get_all(
			"File",
			filters={"attached_to_doctype": MAIL, "attached_to_name": name},
			fields=["file_name", "file_url"],
			limit=50,
		),
	}


def _belongs(record: Any, name: str, mail: Any) -> bool:
	records = set(scope_of(record).records)
	links = frappe.get_all(
		"Communication Link", filters={"parent": name}, fields=["link_doctype", "link_name"], as_list=True
	)
	if records & {(mail.reference_doctype, mail.reference_name), *links}:
		return True
	may_read = readable("Interaction")
	if may_read is None:
		return False
	taken = frappe.qb.DocType("Interaction")
	query = frappe.qb.from_(taken).select(taken.name).where(taken.source_doctype == MAIL)
	return bool(query.where(taken.source_name == name).where(may_read).limit(1).run())
