"""The first look at a document of ours: each field has one plain value of its kind, or one sentence says which has not."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from crm_plus.access.records import name_by
from crm_plus.rules import plain_values as rules
from crm_plus.rules.plain_values import LONGEST_LINE, LONGEST_TEXT, Field
from crm_plus.rules.quoted_text import quoted

LINES = ("Data", "Autocomplete")
TEXTS = (*LINES, "Small Text", "Text", "Long Text", "Text Editor", "Attach Image", "Link", "Select")
LINKS = ("Link", "Dynamic Link")


class FoundAsListed:
	"""A document that is found by filters only where its list would show it."""

	def load_from_db(self) -> Any:
		"""Load the record; Frappe also takes filters for a name, as any request may send them: these find what the user may list.

		Raises frappe.DoesNotExistError, frappe.PermissionError.
		"""
		doctype, name = (getattr(self, key, "") for key in ("doctype", "name"))
		if isinstance(name, dict | list) and frappe.session.user != "Administrator":
			self.name = name_by(doctype, name)
		return super().load_from_db()  # type: ignore[misc] # the other base is Frappe's Document

	def rename(self, *args: Any, **kwargs: Any) -> Any:
		"""Rename the record, for code alone: Frappe lets any reader of it call this past all checks, and merge it so.

		People rename by `frappe.model.rename_doc.update_document_title`, which asks for their rights and comes here.
		"""
		return super().rename(*args, **kwargs)  # type: ignore[misc] # likewise

	def discard(self) -> None:
		"""Refuse: version 16 lets whoever writes a record discard it as a draft, after which nobody can change it."""
		frappe.throw(_("{0} is no draft that could be discarded.").format(quoted(str(self.name))))


class PlainValues(FoundAsListed):
	"""A document whose values are looked at before anything else, also before Frappe looks for what its links name."""

	def _validate_links(self) -> None:
		check(self)
		super()._validate_links()  # type: ignore[misc] # likewise


def check(doc: Any) -> None:
	"""Make text of what stands in text fields, and raise frappe.ValidationError, in one sentence, for what no field takes."""
	fields: dict[str, list[tuple[Any, Field]]] = {}
	for row in (doc, *doc.get_all_children()):
		if row.doctype not in fields:
			fields[row.doctype] = _fields(row.meta)
		for df, field in fields[row.doctype]:
			_check_value(row, df, field)


def _fields(meta: Any) -> list[tuple[Any, Field]]:
	return [
		(df, Field(df.fieldtype, df.options or "", cint(df.length) or LONGEST_LINE))
		for df in meta.fields
		if df.fieldtype not in frappe.model.no_value_fields and df.fieldtype not in frappe.model.table_fields
	]


def _check_value(row: Any, df: Any, field: Field) -> None:
	value = row.get(df.fieldname)
	found = rules.problem(field, value)
	if found and not (found == "no_such" and _is_there(df, value)):
		_refuse(found, row, df, field, value)
	if df.fieldtype in TEXTS and value is not None and not isinstance(value, str):
		row.set(df.fieldname, str(value))


def _is_there(df: Any, value: str) -> bool:
	"""Tell whether a record has such an odd name all the same, from a time when Frappe allowed it."""
	return df.fieldtype == "Link" and len(value) <= LONGEST_LINE and bool(frappe.db.exists(df.options, value))


def _refuse(found: str, row: Any, df: Any, field: Field, value: object) -> None:
	longest = field.length if df.fieldtype in LINES else LONGEST_TEXT
	sentences = {
		"not_single": _("{0} takes one value, not several."),
		"not_storable": _("{0} has characters that cannot be stored; type it anew."),
		"too_long": _("{0} is longer than {1} characters; shorten it."),
		"not_web": _("{0} must be a web address that begins with http:// or https://."),
		"not_phone": _("{0} must be a phone number."),
		"not_picture": _("{0} must be an uploaded picture or the web address of one."),
		"no_such": _("{0} cannot be {1}; choose another."),
		"not_number": _("{0} must be a number."),
		"too_large": _("{0} is too large a number."),
		"not_date": _("{0} must be a date such as 2026-12-31."),
	}
	sentence = sentences[found].format(_(df.label), quoted(value) if found == "no_such" else longest)
	if row.get("parentfield"):
		sentence = _("Row {0}: {1}").format(row.idx, sentence)
	kind = frappe.LinkValidationError if df.fieldtype in LINKS else frappe.ValidationError
	frappe.throw(sentence, kind)
