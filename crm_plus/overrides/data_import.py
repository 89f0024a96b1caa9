"""What CRM Plus does when a file of Customer Profiles is about to be imported."""

from collections.abc import Iterator
from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import duplicates


@never_in_the_way()
def on_update(doc: Any, method: str | None = None) -> None:
	"""List the duplicates in a new file before it is imported."""
	is_ours = doc.reference_doctype == "Customer Profile" and doc.import_type == "Insert New Records"
	source = doc.import_file or doc.google_sheets_url
	if (
		is_ours
		and source
		and (doc.has_value_changed("import_file") or doc.has_value_changed("google_sheets_url"))
	):
		duplicates.warn_of_import(rows_of(doc))


def rows_of(doc: Any) -> Iterator[tuple[int, Any]]:
	"""Yield (row number, fields) of the file, as Frappe's importer reads it."""
	for payload in doc.get_importer().import_file.get_payloads_for_import():
		values = {name: value for name, value in payload.doc.items() if not isinstance(value, list)}
		yield payload.rows[0].row_number, values
