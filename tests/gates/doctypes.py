"""What a DocType of ours must be like: its fields, its links, its titles, and the names that others rely on."""

import re
from typing import Any

from gates.documents import Document, known_doctypes
from gates.names import LOGS, PROMISED_FIELDS, SAME_KIND
from gates.words import RETIRING

LINKS = ("Link", "Table", "Table MultiSelect")
BREAKS = ("Section Break", "Column Break", "Tab Break", "Fold")
WITHOUT_VALUE = (*BREAKS, "HTML", "Button", "Heading", "Image")
RESERVED = {
	*("name", "owner", "creation", "modified", "modified_by", "docstatus", "idx", "parent", "parentfield"),
	*("parenttype", "doctype", "flags", "meta", "_user_tags", "_comments", "_assign", "_liked_by", "_seen"),
}
FIELDNAME = re.compile(r"^[a-z][a-z0-9_]{0,63}$")


def field_faults(document: Document) -> list[str]:
	"""Find fields that are out of order, doubled, unnamed, or named as Frappe names its own."""
	names = [field.get("fieldname", "") for field in document.fields]
	faults = [
		f"{name} is defined {names.count(name)} times" for name in sorted(set(names)) if names.count(name) > 1
	]
	if document.value.get("field_order") != names:
		faults.append("field_order does not equal the order of fields")
	for field in document.fields:
		name = field.get("fieldname", "")
		if not FIELDNAME.match(name) or name in RESERVED:
			faults.append(f"{name!r} cannot be a fieldname")
		if not field.get("label") and field.get("fieldtype") not in BREAKS:
			faults.append(f"{name} has no label")
		if field.get("fieldtype") == "Select" and not field.get("options"):
			faults.append(f"{name} is a Select without options")
	return [document.fault(fault) for fault in faults]


def print_faults(document: Document) -> list[str]:
	"""Find values that no form shows and a print would: Frappe prints hidden fields too."""
	return [
		document.fault(f"{field['fieldname']} is hidden on the form, but printed: print_hide keeps it out")
		for field in document.fields
		if field.get("hidden") and not field.get("print_hide") and field["fieldtype"] not in WITHOUT_VALUE
		if field["fieldname"] not in (document.value.get("title_field"), document.value.get("image_field"))
	]


def link_faults(document: Document) -> list[str]:
	"""Find links to DocTypes that may vanish or that neither we nor Frappe nor ERPNext have."""
	faults = [
		document.fault(f"{field['fieldname']}: {sentence}")
		for field in document.fields
		if (sentence := broken_link(document, field))
	]
	return faults + [
		document.fault(f"its connections name {row.get('link_doctype')!r}, which is not known")
		for row in document.value.get("links") or []
		if row.get("link_doctype") not in known_doctypes()
	]


def broken_link(document: Document, field: dict[str, Any]) -> str:
	"""Return what is wrong with where a field points, or an empty text."""
	options = field.get("options")
	if field.get("fieldtype") == "Dynamic Link":
		names = [other.get("fieldname") for other in document.fields]
		return (
			"" if options in names else f"the field {options!r}, which would name its DocType, does not exist"
		)
	if field.get("fieldtype") not in LINKS:
		return ""
	if options in RETIRING:
		return f"{options} may vanish: keep its name in a Data field"
	return (
		"" if options in known_doctypes() else f"{options!r} is neither ours nor among the DocTypes that last"
	)


def fetch_faults(document: Document) -> list[str]:
	"""Find values fetched through a field that is no link."""
	links = {field.get("fieldname") for field in document.fields if field.get("fieldtype") == "Link"}
	return [
		document.fault(f"{field['fieldname']} is fetched from {field['fetch_from']}, which begins at no link")
		for field in document.fields
		if field.get("fetch_from") and field["fetch_from"].split(".")[0] not in links
	]


def explanation_faults(document: Document) -> list[str]:
	"""Find DocTypes that do not say what they are, or that forget who changed them."""
	value, faults = document.value, []
	if not (value.get("description") or value.get("documentation")):
		faults.append("has neither description nor documentation")
	is_record = not value.get("istable") and not value.get("issingle")
	if is_record and document.name not in LOGS and not value.get("track_changes"):
		faults.append("does not track changes")
	if value.get("istable") and value.get("permissions"):
		faults.append("is a child table, whose rights are its parent's")
	if not value.get("istable") and not value.get("permissions"):
		faults.append("gives nobody any right")
	return [document.fault(fault) for fault in faults]


def title_faults(document: Document) -> list[str]:
	"""Find records that people would meet as codes, lists without columns, and titles and searches over no field."""
	value = document.value
	if value.get("istable") or value.get("issingle"):
		return []
	names, faults = {field.get("fieldname") for field in document.fields} | {"name"}, []
	is_code = not str(value.get("autoname", "")).startswith("field:") and document.name not in LOGS
	if is_code and not value.get("title_field"):
		faults.append("is named by a code and has no title_field")
	if is_code and not value.get("show_title_field_in_link"):
		faults.append("shows its code, not its title, in links: show_title_field_in_link")
	if not any(field.get("in_list_view") for field in document.fields):
		faults.append("has no column in its list")
	used = [value.get("title_field"), *str(value.get("search_fields") or "").split(",")]
	faults += [
		f"uses the field {name}, which does not exist" for name in used if name and name.strip() not in names
	]
	return [document.fault(fault) for fault in faults]


def promised_faults(document: Document) -> list[str]:
	"""Find names that others rely on and that are missing or of another type."""
	fields = {field.get("fieldname"): field for field in document.fields}
	return [
		document.fault(f"{name} must be a field of type {promise or 'any'}")
		for name, promise in PROMISED_FIELDS.get(document.name, {}).items()
		if name not in fields or not keeps(fields[name], promise)
	]


def keeps(field: dict[str, Any], promise: str) -> bool:
	"""Tell whether a field is what was promised: "Type", "Link DocType" or "Select value|value"."""
	if not promise:
		return field.get("fieldtype") not in WITHOUT_VALUE
	options = str(field.get("options") or "").strip("\n")
	for kind in ("Select", "Link", "Table"):
		if promise.startswith(f"{kind} "):
			wanted = promise.removeprefix(f"{kind} ").replace("|", "\n")
			return field.get("fieldtype") == kind and options == wanted
	return field.get("fieldtype") in SAME_KIND.get(promise, {promise})
