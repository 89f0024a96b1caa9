"""Private files beside records: nobody gets at one by naming its address.

Frappe lets whoever made a File read what it names, whoever stored that, and makes a File of each address in a field for attachments.
"""

import posixpath
import re
from typing import Any
from urllib.parse import unquote

import frappe
from frappe.utils import cint, cstr

from crm_plus.access.visibility import KINDS
from crm_plus.setup.compatibility import no_objection

FILE, PRIVATE = "File", "/private/files/"
BESIDE = (*KINDS, "Communication")
# A site has several names: whose address it is does not matter here.
SITE = re.compile(r"^https?://[^/]*", re.IGNORECASE)


def may_name(doc: Any, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Tell whether a File may be stored that names what is stored already; None has no objection, where Frappe asks so.

	What somebody brings along is his own, also where others have the same.
	"""
	brings = ptype == "create" and doc.get("content")
	if ptype not in ("create", "write") or brings:
		return no_objection()
	path = path_of(cstr(doc.file_url) or cstr(doc.file_name), bool(cint(doc.is_private)))
	is_known = not doc.is_new() and frappe.db.get_value(FILE, doc.name, "file_url") == doc.file_url
	return no_objection() if is_known or not is_hidden(path, user) else False


def path_of(address: str, is_private: bool = True) -> str:
	"""Return under which address a private file is kept that is named so, "" for any other."""
	named = SITE.sub("", unquote(address.partition("?")[0]))
	if named and "/" not in named and is_private:
		named = PRIVATE + named
	path = posixpath.normpath(named) if named else ""
	return path if path.startswith(PRIVATE) else ""


def is_hidden(path: str, user: str | None = None) -> bool:
	"""Tell whether a private file stands beside records of ours, and the user may read it nowhere."""
	user = user or frappe.session.user
	if not path or user == "Administrator":
		return False
	kept = frappe.get_all(FILE, {"file_url": path}, ["name", "attached_to_doctype"])
	if not any(row.attached_to_doctype in BESIDE for row in kept):
		return False
	return not any(frappe.has_permission(FILE, "read", doc=row.name, user=user) for row in kept)
