"""Erases what is held on one person from our records; deals, amounts, stages and what was sold stay as the law wants.

Frappe redacts rows that have the person's address in a column. Ours hang on the profile: their texts are redacted here, with
their history, comments, mail, notices and files. Frappe's own words for what is gone are used.
"""

import json
from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.website.doctype.personal_data_deletion_request.personal_data_deletion_request import get_pattern
from frappe.website.doctype.personal_data_download_request.personal_data_download_request import get_user_data

from crm_plus.rules.personal_data import PARTLY, REDACTED, WHOLE, redacted_history, without
from crm_plus.rules.quoted_text import quoted
from crm_plus.setup.compatibility import PROFILE_FIELDS
from crm_plus.workflows import (
	opt_outs,
	personal_elsewhere,
	personal_files,
	personal_records,
	personal_talks,
	personal_traces,
	personal_words,
)
from crm_plus.workflows.personal_records import ABOUT, LEDGER, PROFILE, RECIPIENT, TRAY, Records, records_of

# Of what Frappe redacts by address, what a person without a login may have.
FRAPPES = ("Contact", "Address", "Communication", *PROFILE_FIELDS)
OF_PROFILE = ("job_title", "birthday", "birthday_key", "phone", "phone_e164", "phone_reversed", "email")
TEXTS_OF_PROFILE = ("preferences", "notes", "image", "name_key")
# Of what stands beside a record: what goes whole, and what loses the person's name alone.
BESIDE_WHOLE = {
	"Event": ("subject", "description"),
	"Notification Log": ("subject", "email_content"),
	LEDGER: ("subject",),
	TRAY: ("subject", "full_name", "address"),
}
BESIDE_PARTLY = {
	"Communication": ("subject", "content", "text_content", "sender", "sender_full_name", "recipients", "cc"),
	"Stage Change": ("note",),
}


def erase(email: str, profile: str = "") -> tuple[str, ...]:
	"""Redact every text about the person with this address, or of this profile. It writes past the documents: nothing may keep what was erased.

	Returns what he was called. May be repeated. Raises what the database raises: half an erasure must not pass for one.
	"""
	records = records_of(email, profile)
	opt_outs.keep_past_erasure(email)
	# First: they find things by the address, which goes from them next.
	personal_traces.erase(email, records)
	personal_elsewhere.erase(email, records.names)
	personal_elsewhere.erase_parties(records.his, records.numbers)
	for doctype, fields in (WHOLE | BESIDE_WHOLE).items():
		_redact(doctype, records.by_doctype.get(doctype, []), fields)
	for doctype, fields in (PARTLY | BESIDE_PARTLY).items():
		_redact_names(doctype, records.by_doctype[doctype], fields, records.names)
	_redact_names("Interaction", records.shared, WHOLE["Interaction"], records.names)
	_redact_comments(records)
	_redact_todos(records)
	_redact_history(records)
	_remove_files(records)
	_redact_profiles(email, records)
	personal_talks.erase(records.talks, records.names, records.his, records.numbers)
	# After the profiles: who has the same name still has it.
	personal_words.erase(records.names, records.numbers.own)
	# Last: the files that were deleted are among them.
	personal_traces.redact_deleted(records)
	personal_traces.erase_searched(records.names)
	return records.names


def held_everywhere(email: str, profile: str) -> dict[str, Any]:
	"""Return what Frappe's data download gives, by DocType: rows that name the address, and what hangs on the profile.

	Of who has no address the latter alone: Frappe asks by address, and an empty one would be that of all who have none.
	"""
	if not email:
		return json.loads(frappe.as_json({"Held Personal Data": personal_records.held("", profile)}))
	return json.loads(get_user_data(email))


def erase_everywhere(email: str, profile: str) -> None:
	"""Erase a person who has no login, whom Frappe's deletion needs: our records, then Contact, Address and mail as Frappe does.

	Who has no address is erased by his profile. Raises frappe.ValidationError for who has a login.
	"""
	if not email:
		personal_traces.erase_searched(erase(personal_records.nobody(), profile))
		return
	if frappe.db.exists("User", email):
		frappe.throw(
			_("{0} has a login: make a Personal Data Deletion Request instead.").format(quoted(email))
		)
	names = erase(email)
	request = frappe.new_doc("Personal Data Deletion Request", email=email)
	request.anon = personal_records.nobody()
	request.full_name = request.email
	request.full_name_regex = request.email_regex = get_pattern(email)
	request.anonymization_value_map["Email"] = request.anon
	for redacted in request.full_match_privacy_docs:
		if redacted["doctype"] in FRAPPES:
			request.redact_full_match_data(redacted, email)
	personal_traces.forget_former_name(request.anon)
	personal_traces.erase_searched(names)


def _redact(doctype: str, names: Iterable[str], fields: Iterable[str]) -> None:
	for name in names:
		values = frappe.db.get_value(doctype, name, list(fields), as_dict=True) or {}
		_write(doctype, name, {field: REDACTED for field, value in values.items() if value})


def _redact_names(doctype: str, rows: Iterable[str], fields: Iterable[str], names: Iterable[str]) -> None:
	for row in rows:
		values = frappe.db.get_value(doctype, row, list(fields), as_dict=True) or {}
		left = {field: without(value, names) for field, value in values.items() if value}
		_write(doctype, row, {field: text for field, text in left.items() if text != values[field]})


def _write(doctype: str, name: str, values: dict[str, Any]) -> None:
	if values:
		frappe.db.set_value(doctype, name, values, update_modified=False)


def _redact_comments(records: Records) -> None:
	"""Redact what colleagues wrote about the person whole, and what stands on his deals without his name.

	Frappe keeps the beginnings of comments on the record too.
	"""
	for doctype in (PROFILE, *WHOLE):
		for name in records.by_doctype[doctype]:
			_write(doctype, name, {"_comments": None})
	_redact_names("Deal", records.by_doctype["Deal"], ("_comments",), records.names)
	fields = ["name", "reference_doctype", "comment_type"]
	for row in _rows("Comment", records, fields):
		if row.reference_doctype != "Deal" and row.comment_type == "Comment":
			_redact("Comment", [row.name], ("content",))
		else:
			_redact_names("Comment", [row.name], ("content",), records.names)


def _redact_todos(records: Records) -> None:
	for row in _rows("ToDo", records, ["name", "reference_type"]):
		if row.reference_type in WHOLE:
			_redact("ToDo", [row.name], ("description",))
		else:
			_redact_names("ToDo", [row.name], ("description",), records.names)


def _redact_history(records: Records) -> None:
	for row in _rows("Version", records, ["name", "ref_doctype", "data"]):
		fields = {**WHOLE, PROFILE: ("full_name", *OF_PROFILE, *TEXTS_OF_PROFILE)}.get(row.ref_doctype)
		_write("Version", row.name, {"data": redacted_history(row.data, fields, records.names)})


def _rows(doctype: str, records: Records, fields: list[str]) -> list[Any]:
	names = records.by_doctype[doctype]
	return frappe.get_all(doctype, {"name": ["in", names]}, fields) if names else []


def _remove_files(records: Records) -> None:
	"""Delete the files on what is about the person alone; those on deals are the papers of a sale."""
	for doctype in set(ABOUT) - {"Deal"}:
		names = records.by_doctype[doctype]
		personal_files.remove(doctype, names)
		# That a file came and went stays in the history, its name does not.
		said = {"reference_doctype": doctype, "reference_name": ["in", names or [""]]}
		said["comment_type"] = ["in", ["Attachment", "Attachment Removed"]]
		frappe.db.set_value("Comment", said, "content", REDACTED, update_modified=False)


def _redact_profiles(email: str, records: Records) -> None:
	"""Empty the person's profiles; an organization that has his address loses that alone."""
	for name in records.by_doctype[PROFILE]:
		emptied = dict.fromkeys((*OF_PROFILE, *TEXTS_OF_PROFILE))
		_write(PROFILE, name, {**emptied, "full_name": REDACTED})
		frappe.db.delete("Customer Profile Link", {"parent": name, "parenttype": PROFILE})
	for name in frappe.get_all(PROFILE, {"email": email}, pluck="name"):
		_write(PROFILE, name, {"email": None})
	his = {"customer_profile": ["in", records.by_doctype[PROFILE] or [""]]}
	for row in _rows(RECIPIENT, records, ["name", "email", "opted_out_on"]):
		kept = opt_outs.mark_of(row.email) if row.email and row.opted_out_on else None
		_write(RECIPIENT, row.name, {"email": kept})
	nothing = {"email": None, "phone": None}
	for where in ({"email": email}, his):
		for row in frappe.get_all("Interaction Participant", where, pluck="name"):
			_write("Interaction Participant", row, {"full_name": REDACTED, **nothing})
