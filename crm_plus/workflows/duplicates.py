"""Find a profile's probable twins, and tell the person who saves it, without showing what he may not see."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, get_link_to_form

from crm_plus.rules import contact_points
from crm_plus.rules import duplicates as rules
from crm_plus.rules.duplicates import Identity
from crm_plus.rules.quoted_text import escape_like
from crm_plus.workflows.profiles import IDENTITY_FIELDS, set_keys

# So many profiles with the same beginning of the name key are compared; more would make saving slow.
CANDIDATES = 400
SHOWN = 5
# Of a file to import, so many rows are compared, and so many of the hits shown.
MAX_IMPORT_ROWS, SHOWN_ROWS = 500, 50
COLUMNS = (
	*("name", "full_name", "profile_type", "organization", "profile_owner"),
	*("name_key", "email", "phone_e164", "territory", "erpnext_customer"),
)


@dataclass(frozen=True)
class Twin:
	"""A profile that is probably the same, and why ("email", "phone", "name")."""

	profile: Any
	reasons: tuple[str, ...] = field(default=())


def identity_of(row: Any) -> Identity:
	"""Return what a profile, or a row with its fields, is known by."""
	return Identity(
		row.name_key or "",
		contact_points.normal_email(row.email),
		row.phone_e164 or "",
		row.territory or "",
	)


def twins_of(profile: Any) -> list[Twin]:
	"""Return the probable twins of a profile with keys, saved or not, the likeliest first.

	A person and his own organization share a number without being one; names are compared within one profile type.
	"""
	mine, found = identity_of(profile), []
	for row in candidates(mine).values():
		if row.name == profile.name or _are_related(profile, row):
			continue
		reasons = rules.reasons(mine, identity_of(row))
		if row.profile_type != profile.profile_type:
			reasons = tuple(reason for reason in reasons if reason != "name")
		if reasons:
			found.append(Twin(row, reasons))
	return sorted(found, key=lambda twin: (-len(twin.reasons), twin.reasons, twin.profile.name))[:SHOWN]


def _are_related(profile: Any, row: Any) -> bool:
	return (profile.organization or "") == row.name or (
		bool(profile.name) and row.organization == profile.name
	)


def candidates(identity: Identity) -> dict[str, Any]:
	"""Return the profiles worth comparing, by name; each question is one that an index answers."""
	table = frappe.qb.DocType("Customer Profile")
	conditions = []
	if identity.email:
		conditions.append(table.email == identity.email)
	if identity.phone_e164:
		conditions.append(table.phone_e164 == identity.phone_e164)
	if tail := contact_points.tail(identity.phone_e164):
		conditions.append(table.phone_reversed.like(f"{tail[::-1]}%"))
	if identity.name_key:
		conditions.append(table.name_key == identity.name_key)
		conditions.append(_near(table, identity))
	rows: dict[str, Any] = {}
	for condition in conditions:
		query = frappe.qb.from_(table).select(*COLUMNS).where(condition).limit(CANDIDATES)
		rows.update({row.name: row for row in query.run(as_dict=True)})
	return rows


def _near(table: Any, identity: Identity) -> Any:
	block = table.name_key.like(f"{escape_like(identity.name_key[: rules.BLOCK_LENGTH])}%")
	if not identity.territory:
		return block
	return block & (table.territory.isnull() | table.territory.isin(["", identity.territory]))


def warn(profile: Any) -> None:
	"""Tell who saves a profile about its probable twins; nothing where its identity did not change."""
	if profile.flags.crm_plus_source or not any(profile.has_value_changed(name) for name in IDENTITY_FIELDS):
		return
	shown = [describe(twin) for twin in twins_of(profile)]
	if shown:
		frappe.msgprint("<br>".join(_sentences(shown)), title=_("Possibly a Duplicate"), indicator="orange")


def describe(twin: Twin) -> dict[str, Any]:
	"""Return what the reader may know of a twin: of one that he may not open, no more than its owner's name."""
	owner = frappe.utils.get_fullname(twin.profile.profile_owner) if twin.profile.profile_owner else ""
	if not frappe.has_permission("Customer Profile", "read", doc=twin.profile.name):
		return {"may_open": False, "owner_name": owner}
	return {
		"may_open": True,
		"name": twin.profile.name,
		"full_name": twin.profile.full_name,
		"owner_name": owner,
		"reasons": list(twin.reasons),
	}


def _sentences(shown: Iterable[dict[str, Any]]) -> list[str]:
	return list(dict.fromkeys(sentence(twin) for twin in shown))


def sentence(shown: dict[str, Any]) -> str:
	"""Return one line of HTML about a twin, as `describe` gives it."""
	owner = frappe.bold(escape_html(shown["owner_name"] or _("nobody")))
	if not shown["may_open"]:
		return _("{0} may already look after this customer: ask before you go on.").format(owner)
	link = get_link_to_form("Customer Profile", shown["name"], escape_html(shown["full_name"]))
	why = ", ".join(reason_labels()[reason] for reason in shown["reasons"])
	return _("{0} may be the same ({1}); its owner is {2}.").format(link, why, owner)


def reason_labels() -> dict[str, str]:
	"""Return the words for the reasons."""
	return {"email": _("same e-mail"), "phone": _("same phone"), "name": _("similar name")}


def twins_of_rows(rows: Iterable[tuple[int, Any]]) -> list[str]:
	"""Return one line of HTML for each row of an import that is probably somebody's twin, there or further up.

	`rows` are (number of the row, its fields); looks at no more than MAX_IMPORT_ROWS of them.
	"""
	seen: list[tuple[int, Identity]] = []
	lines = []
	for number, values in itertools.islice(rows, MAX_IMPORT_ROWS):
		profile = frappe.new_doc("Customer Profile").update(values)
		set_keys(profile)
		identity = identity_of(profile)
		found = [sentence(describe(twin)) for twin in twins_of(profile)[:1]]
		found += [
			_("the same as row {0}").format(row) for row, other in seen if rules.reasons(identity, other)
		][:1]
		if found:
			lines.append(_("Row {0}: {1}").format(number, " ".join(found)))
		seen.append((number, identity))
	return lines


def warn_of_import(rows: Iterable[tuple[int, Any]]) -> None:
	"""Show the duplicates in a file before anything is imported."""
	lines = twins_of_rows(rows)
	if lines:
		more = [_("… and {0} more").format(len(lines) - SHOWN_ROWS)] if len(lines) > SHOWN_ROWS else []
		text = "<br>".join([*lines[:SHOWN_ROWS], *more])
		frappe.msgprint(text, title=_("Possibly Duplicates"), indicator="orange")
