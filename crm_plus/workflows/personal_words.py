"""Takes a person out of what colleagues named after him: tags, and the conditions of segments."""

from collections.abc import Collection, Iterable

import frappe
from frappe.utils import cstr

from crm_plus.rules import contact_points, duplicates, segments
from crm_plus.rules.personal_data import redacted_history, without
from crm_plus.workflows.profiles import phone_country

PROFILE, SEGMENT = "Customer Profile", "Segment"


def erase(names: Iterable[str], numbers: Collection[str]) -> None:
	"""Delete the tags that are a person's name, address or number, and let no segment ask for him. May be repeated."""
	words = [*names, *numbers]
	_erase_tags([word for word in words if not _is_a_namesakes(word)])
	_erase_segments(words, numbers)


def _is_a_namesakes(word: str) -> bool:
	"""Tell whether somebody is called so who is not erased; the person himself has no key any more."""
	key = duplicates.name_key(word, of_person=True)
	return bool(key and frappe.db.exists(PROFILE, {"name_key": key}))


def _erase_tags(words: list[str]) -> None:
	for tag in frappe.get_all("Tag", {"name": ["in", words or [""]]}, pluck="name"):
		for link in frappe.get_all("Tag Link", {"tag": tag}, ["document_type", "document_name"]):
			of = (link.document_type, link.document_name)
			tags = cstr(frappe.db.get_value(*of, "_user_tags")).split(",")
			left = ",".join(one for one in tags if one.strip().casefold() != tag.casefold())
			frappe.db.set_value(*of, "_user_tags", left, update_modified=False)
		frappe.db.delete("Tag Link", {"tag": tag})
		frappe.db.delete("Tag", {"name": tag})


def _erase_segments(words: list[str], numbers: Collection[str]) -> None:
	"""Write past the documents: who wrote a segment need not be asked again for one that asks for less."""
	country = phone_country()
	for row in frappe.get_all(SEGMENT, fields=["name", "conditions", "description"]):
		left = {
			"conditions": segments.without_person(row.conditions, words, numbers, country),
			"description": without(row.description, words) if row.description else row.description,
		}
		if any(row[field] != text for field, text in left.items()):
			frappe.db.set_value(SEGMENT, row.name, left, update_modified=False)
	spelled = [*words, *map(contact_points.digits, numbers), *map(contact_points.reversed_digits, numbers)]
	for word in spelled:
		named = {"ref_doctype": SEGMENT, "data": ["like", f"%{word}%"]}
		for row in frappe.get_all("Version", named, ["name", "data"]):
			data = redacted_history(row.data, None, spelled)
			frappe.db.set_value("Version", row.name, "data", data, update_modified=False)
