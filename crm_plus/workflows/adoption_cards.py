"""What a customer, lead, prospect or organization of another module says of itself, in the terms of a Customer Profile."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe.utils import validate_email_address, validate_phone_number

from crm_plus.rules import adoption as rules
from crm_plus.rules.adoption import ORGANIZATION, PERSON
from crm_plus.rules.contact_points import normal_email
from crm_plus.rules.duplicates import name_key
from crm_plus.workflows import adoption_masters as masters
from crm_plus.workflows import duplicates, profiles
from crm_plus.workflows.adoption_ledger import Book, pick, read_rows
from crm_plus.workflows.adoption_sources import PartySource

COPIED = ("job_title", "territory", "industry", "language", "image", "source", "email", "phone", "notes")
MASTERS = {"territory": "Territory", "industry": "Industry Type", "language": "Language", "owner": "User"}
NOBODY = (None, "", "Guest", "Administrator")


@dataclass(slots=True)
class Party:
	"""One record that is to become a profile, its values by the profile's fieldnames."""

	name: str
	values: dict[str, Any]
	organization_name: str
	person_name: str
	website: str | None
	owner: str
	creation: datetime
	modified: datetime
	modified_by: str


def read_parties(book: Book, source: PartySource, names: list[str]) -> list[Party]:
	"""Read source rows and bring them into the profile's terms; links whose target is missing here are left empty."""
	fields = [name for candidates in source.fields.values() for name in candidates]
	rows = read_rows(source.doctype, names, [*fields, source.type_field])
	raw = [{key: pick(row, found) for key, found in source.fields.items()} for row in rows]
	valid = {
		key: masters.valid(doctype, (values.get(key) for values in raw)) for key, doctype in MASTERS.items()
	}
	valid["owner"] |= masters.valid("User", (row["owner"] for row in rows))
	sources = masters.ensure(book, "Customer Source", "source_name", (values.get("source") for values in raw))
	for values in raw:
		values.update(
			{key: values.get(key) if values.get(key) in found else None for key, found in valid.items()}
		)
		values["source"] = sources.get((values.get("source") or "").strip()[:140])
	return [as_party(source, row, values, valid["owner"]) for row, values in zip(rows, raw, strict=True)]


def as_party(source: PartySource, row: dict[str, Any], raw: dict[str, Any], users: set[str]) -> Party:
	"""Bring one source row into the profile's terms."""
	full_name = tidy(raw["full_name"])
	organization = tidy(raw.get("organization_name"))
	person = full_name if rules.type_of(full_name, organization) == PERSON else ""
	if source.is_company_first and organization:
		full_name = organization
	values = {key: raw.get(key) for key in COPIED}
	values.update(full_name=full_name, profile_type=type_of(source, row, full_name, organization))
	values["email"] = validate_email_address(normal_email(values["email"])) or None
	values["phone"] = values["phone"] if validate_phone_number(values["phone"] or "") else None
	values["do_not_contact"] = int(bool(raw.get("is_silent")) or raw.get("status") in source.silent_statuses)
	created_by = row["owner"] if row["owner"] in users and row["owner"] not in NOBODY else None
	values["profile_owner"] = raw.get("owner") or created_by
	if values["profile_type"] == ORGANIZATION:
		organization = ""
	set_keys(values)
	stamps = (row["owner"], row["creation"], row["modified"], row["modified_by"])
	return Party(row["name"], values, organization, person, raw.get("website"), *stamps)


def tidy(text: Any) -> str:
	"""Return a name as a profile holds it."""
	return " ".join(str(text or "").split())[: profiles.MAX_NAME]


def type_of(source: PartySource, row: dict[str, Any], full_name: str, organization: str) -> str:
	"""Return whether a record is a person or an organization."""
	if source.is_organization:
		return ORGANIZATION
	if source.type_field:
		return PERSON if row.get(source.type_field) in source.person_types else ORGANIZATION
	return rules.type_of(full_name, organization)


def set_keys(values: dict[str, Any]) -> None:
	"""Compute what a profile is compared and found by, as saving one does."""
	keyed = frappe._dict(values)
	profiles.set_keys(keyed)
	values.update({key: keyed[key] for key in ("name_key", "phone_e164", "phone_reversed")})


def identities(party: Party) -> list[Any]:
	"""Return what a party, and the organization that it names, may be found by."""
	own = duplicates.identity_of(frappe._dict(party.values))
	key = name_key(party.organization_name)
	return [own, *([type(own)(name_key=key)] if key else [])]
