"""What is held on one person, found by his address or his profile: his profiles, and what hangs on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import frappe

from crm_plus.rules.personal_data import PARTLY, REDACTED, WHOLE, former_values
from crm_plus.setup.compatibility import PROFILE_FIELDS
from crm_plus.workflows import personal_elsewhere, personal_numbers, personal_talks
from crm_plus.workflows.personal_numbers import Numbers, Record

PROFILE, TRAY, LEDGER = "Customer Profile", "Unmatched Mail", "Reminder Delivery"
RECIPIENT = "Outreach Recipient"
# What a person goes by in texts about him.
CALLED = ("full_name", "email", "phone")
MORE = {
	PROFILE: ("full_name", "email", "phone", "job_title", "preferences", "notes"),
	TRAY: ("subject", "address", "full_name", "received_on"),
	LEDGER: ("subject", "user", "channel", "sent_on"),
	RECIPIENT: ("outreach", "email", "status", "reason", "sent_on", "opted_out_on"),
	"Interaction": ("starts_on", "interaction_type"),
	"Follow Up": ("due_on", "status"),
	"Deal": ("amount", "currency", "status"),
	"Comment": ("content", "comment_email"),
	"Communication": ("subject", "content", "sender", "recipients"),
	"Event": ("subject", "description", "starts_on"),
}

BESIDE = {
	LEDGER: ("reference_doctype", "reference_name"),
	"Comment": ("reference_doctype", "reference_name"),
	"Communication": ("reference_doctype", "reference_name"),
	"Notification Log": ("document_type", "document_name"),
	"ToDo": ("reference_type", "reference_name"),
	"Version": ("ref_doctype", "docname"),
	"Stage Change": ("reference_doctype", "reference_name"),
}
ABOUT = (PROFILE, "Deal", "Interaction", "Follow Up")


@dataclass(frozen=True)
class Records:
	"""The names of the records that tell of one person, by DocType, and what he is called in texts."""

	names: tuple[str, ...]
	by_doctype: dict[str, list[str]]
	# Interactions of others in which he took part.
	shared: list[str]
	# Those that are the person himself, and what calls, chats and SMS know him by.
	contacts: list[str]
	numbers: Numbers
	talks: list[personal_talks.Talk]
	# (DocType, name) of what links may name him by.
	his: list[Record]


def nobody() -> str:
	"""Return an address that is nobody's, as Frappe makes one."""
	return f"deleted-{frappe.generate_hash(length=10)}@{frappe.local.site}"


def records_of(email: str, profile: str = "") -> Records:
	"""Return the records that tell of the person with this address, which may be written in any case, or of this profile.

	Who has no address is asked for by one that is nobody's: an empty one would be that of all who have none.
	"""
	asked = ["name", "full_name", "phone", "profile_type", *PROFILE_FIELDS.values()]
	# An empty name would be looked for in every row.
	by = {"email": email} | ({"name": profile} if profile else {})
	persons = frappe.get_all(PROFILE, or_filters=by, fields=asked)
	persons = [row for row in persons if row.profile_type == "Person"]
	profiles = [row.name for row in persons]
	former = _former(profiles, CALLED)
	known = [email, *(text for row in persons for text in (row.full_name, row.phone)), *former]
	names = tuple(dict.fromkeys(text for text in known if text and text != REDACTED))
	links = {PROFILE: "name", **PROFILE_FIELDS}
	parties = [(kind, row[field]) for row in persons for kind, field in links.items() if row[field]]
	contacts = personal_numbers.contacts_of(email, parties, names)
	written = [*(row.phone for row in persons), *_former(profiles, ("phone",))]
	numbers = personal_numbers.numbers_of(parties, contacts, written)
	found, parts = _found(email, profiles, numbers)
	his = [*parties, *(("Contact", contact) for contact in contacts)]
	talks = personal_talks.find(numbers, found["Interaction"], his)
	shared = sorted(set(parts) - set(found["Interaction"]))
	return Records(names, found, shared, contacts, numbers, talks, his)


def _found(email: str, profiles: list[str], numbers: Numbers) -> tuple[dict[str, list[str]], list[str]]:
	"""Return the records by DocType, and the interactions in which the address took part."""
	found: dict[str, list[str]] = {PROFILE: profiles, "Deal": _of("Deal", customer_profile=profiles)}
	parts = frappe.get_all("Interaction Participant", {"email": email}, pluck="parent", distinct=True)
	found["Interaction"] = sorted({*_of("Interaction", customer_profile=profiles), *_alone(parts)})
	found["Follow Up"] = sorted(
		{*_of("Follow Up", customer_profile=profiles), *_of("Follow Up", deal=found["Deal"])}
	)
	found["Event"] = [name for name in _of_names("Interaction", found["Interaction"], "event") if name]
	mailed = frappe.get_all(RECIPIENT, {"email": email}, pluck="name")
	found[RECIPIENT] = sorted({*_of(RECIPIENT, customer_profile=profiles), *mailed})
	found[TRAY] = frappe.get_all(TRAY, {"address": ["in", [email, *sorted(numbers.own)]]}, pluck="name")
	for beside, (kind, name) in BESIDE.items():
		found[beside] = _beside(beside, kind, name, found)
	return found, parts


def _former(profiles: list[str], fields: Iterable[str]) -> list[str]:
	"""Return what a person was called, and how reached, before he was renamed or moved: older texts say that."""
	changes = {"ref_doctype": PROFILE, "docname": ["in", profiles or [""]]}
	histories = frappe.get_all("Version", changes, pluck="data")
	return [text for data in histories for text in former_values(data, tuple(fields))]


def held(email: str, profile: str = "") -> list[dict[str, Any]]:
	"""Return what is held as rows of (email, record_type, record, held), for the person to read."""
	records = records_of(email or nobody(), profile)
	rows = personal_talks.held(records.talks, email)
	for doctype, more in MORE.items():
		fields = [*WHOLE.get(doctype, ()), *PARTLY.get(doctype, ()), *more]
		for row in frappe.get_all(
			doctype,
			{"name": ["in", records.by_doctype[doctype] or [""]]},
			["name", *dict.fromkeys(fields)],
		):
			name = row.pop("name")
			texts = {key: value for key, value in row.items() if value}
			rows.append({"email": email, "record_type": doctype, "record": name, "held": texts})
	return [*rows, *(personal_elsewhere.held(email) if email else ())]


def _of(doctype: str, **links: Iterable[str]) -> list[str]:
	filters = {field: ["in", list(names)] for field, names in links.items()}
	return frappe.get_all(doctype, filters, pluck="name") if all(links.values()) else []


def _of_names(doctype: str, names: list[str], field: str) -> list[Any]:
	return frappe.get_all(doctype, {"name": ["in", names]}, pluck=field) if names else []


def _alone(interactions: list[str]) -> list[str]:
	"""Return those of the interactions that nobody else took part in: what others talked of as well is theirs too."""
	others = frappe.get_all(
		"Interaction Participant", {"parent": ["in", interactions or [""]]}, pluck="parent"
	)
	named = frappe.get_all(
		"Interaction", {"name": ["in", interactions or [""]], "customer_profile": ["is", "set"]}, pluck="name"
	)
	return [name for name in interactions if others.count(name) == 1 and name not in named]


def _beside(doctype: str, kind: str, name: str, found: dict[str, list[str]]) -> list[str]:
	rows = []
	for about in ABOUT:
		if found[about]:
			rows += frappe.get_all(doctype, {kind: about, name: ["in", found[about]]}, pluck="name")
	return rows
