"""What a form is sent when it opens: Frappe hides the fields of a level from who may not read it, and sends their history.

`hooks.override_whitelisted_methods` puts these in Frappe's place; each takes what Frappe's takes.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from inspect import unwrap
from types import FunctionType
from typing import Any

import frappe
from frappe.desk.form import load

from crm_plus.access.personal import reads_addresses, without_addresses
from crm_plus.access.remembered import remembering
from crm_plus.access.visibility import KINDS
from crm_plus.api.arguments import refusing
from crm_plus.api.narrowed import may_know

# What the history says of the rows of tables: whole ones, and what changed in one.
WHOLE_ROWS, CHANGED_ROWS = ("added", "removed"), "row_changed"
MOST_MESSAGES = 100
# The kinds of messages whose files Frappe sends along.
WITH_FILES = ("Communication", "Automated Message")
Hidden = dict[str, set[str]]


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def document(doctype: str, name: str | int, **_sent: Any) -> Any:
	"""Open a record as Frappe does. Raises frappe.PermissionError."""
	opening = _looking_up(load.getdoc, get_docinfo=_beside())
	with remembering():
		answer = opening(doctype, name)
	_mask(doctype)
	_mask_titles(doctype)
	return answer


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def beside(doctype: str, name: str | int, **_sent: Any) -> None:
	"""Read anew what stands beside a record. Raises frappe.PermissionError, frappe.DoesNotExistError."""
	_beside()(doctype=doctype, name=name)
	_mask(doctype)


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def messages(doctype: str, name: str | int, start: int = 0, limit: int = 20) -> list[dict[str, Any]]:
	"""Return the messages beside a record as Frappe does. Raises frappe.PermissionError, frappe.DoesNotExistError."""
	reading = _looking_up(load.get_communications, _get_communications=_messages)
	found = reading(doctype, name, start, min(max(limit, 1), MOST_MESSAGES))
	_mask_messages(doctype, found)
	return found


def _beside() -> Callable[..., Any]:
	return _looking_up(load.get_docinfo, _get_communications=_messages)


def _looking_up(function: Callable[..., Any], **names: Callable[..., Any]) -> Callable[..., Any]:
	"""Return a function of Frappe's that finds something else under some names; Frappe's own stays as it is for others."""
	plain = unwrap(function)
	found = {**plain.__globals__, **names}
	return FunctionType(plain.__code__, found, plain.__name__, plain.__defaults__, plain.__closure__)


def _messages(doctype: str, name: str, start: int = 0, limit: int = 20) -> list[dict[str, Any]]:
	"""Return what Frappe does, with the files of all messages in one query, where Frappe asks for each message's."""
	if not _is_ours(doctype):
		return list(load._get_communications(doctype, name, start, limit))
	found = load.get_communication_data(doctype, name, start, limit)
	with_files = [message for message in found if message.communication_type in WITH_FILES]
	files = _files([message.name for message in with_files])
	for message in with_files:
		message.attachments = json.dumps(files[message.name])
	return list(found)


def _files(messages: list[str]) -> dict[str, list[dict[str, Any]]]:
	files: dict[str, list[dict[str, Any]]] = defaultdict(list)
	attached = {"attached_to_doctype": "Communication", "attached_to_name": ["in", messages]}
	fields = ["file_url", "is_private", "attached_to_name"]
	for file in frappe.get_all("File", filters=attached, fields=fields) if messages else ():
		files[file.pop("attached_to_name")].append(file)
	return files


def _mask(doctype: str) -> None:
	"""Take out of what is sent beside a record what the reader's levels hide."""
	info = frappe.response.get("docinfo")
	if not info or not _is_ours(doctype):
		return
	_mask_messages(doctype, [*info.communications, *(info.automated_messages or [])])
	hidden = _hidden(doctype)
	for version in info.versions if any(hidden.values()) else ():
		version.data = _without(version.data, hidden)


def _mask_titles(doctype: str) -> None:
	"""Take out the titles of hidden records that a document of another app's names; one of ours shows whom it names."""
	titles = frappe.response.get("_link_titles")
	if not titles or _is_ours(doctype):
		return
	for key in list(titles):
		kind, _dots, name = key.partition("::")
		if kind in KINDS and not may_know(kind, name):
			del titles[key]


def _is_ours(doctype: str) -> bool:
	return str(frappe.get_meta(doctype).module) == "CRM Plus"


def _mask_messages(doctype: str, found: list[Any]) -> None:
	if _is_ours(doctype) and not reads_addresses():
		for message in found:
			without_addresses(message)


def _hidden(doctype: str) -> Hidden:
	"""Return the fields beyond the reader's levels: those of each table, and the record's own under ""."""
	meta = frappe.get_meta(doctype)
	levels = meta.get_permlevel_access("read")
	tables = {field.fieldname: frappe.get_meta(field.options) for field in meta.get_table_fields()}
	return {
		table: {field.fieldname for field in each.fields if field.permlevel not in levels}
		for table, each in {"": meta, **tables}.items()
	}


def _without(data: str, hidden: Hidden) -> str:
	stored = json.loads(data or "{}")
	for part in ("changed", *WHOLE_ROWS, CHANGED_ROWS):
		stored[part] = [row for row in stored.get(part) or [] if row and row[0] not in hidden[""]]
	for part in WHOLE_ROWS:
		for table, row in stored[part]:
			for field in hidden.get(table, ()):
				row.pop(field, None)
	for row in stored[CHANGED_ROWS]:
		row[3] = [change for change in row[3] if change[0] not in hidden.get(row[0], ())]
	return json.dumps(stored)
