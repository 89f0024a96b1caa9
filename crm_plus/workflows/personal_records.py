"""What is held on one person, found by his address: his profiles, and what hangs on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import frappe

from crm_plus.rules.personal_data import PARTLY, WHOLE, former_values
from crm_plus.workflows import personal_elsewhere

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


def records_of(email: str) -> Records:
	"""Return the records that tell of the person with this address, which may be written in any case."""
	persons = frappe.get_all(PROFILE, {"email": email}, ["name", "full_name", "phone", "profile_type"])
	found: dict[str, list[str]] = {PROFILE: [row.name for row in persons if row.profile_type == "Person"]}
	profiles = found[PROFILE]
	found["Deal"] = _of("Deal", customer_profile=profiles)
	parts = frappe.get_all("Interaction Participant", {"email": email}, pluck="parent", distinct=True)
	found["Interaction"] = sorted({*_of("Interaction", customer_profile=profiles), *_alone(parts)})
	found["Follow Up"] = sorted(
		{*_of("Follow Up", customer_profile=profiles), *_of("Follow Up", deal=found["Deal"])}
	)
	found["Event"] = [name for name in _of_names("Interaction", found["Interaction"], "event") if name]
	mailed = frappe.get_all(RECIPIENT, {"email": email}, pluck="name")
	found[RECIPIENT] = sorted({*_of(RECIPIENT, customer_profile=profiles), *mailed})
	found[TRAY] = frappe.get_all(TRAY, {"address": email}, pluck="name")
	for beside, (kind, name) in BESIDE.items():
		found[beside] = _beside(beside, kind, name, found)
	known = [text for row in persons for text in (row.full_name, row.phone) if row.profile_type == "Person"]
	known = [email, *known, *_former(profiles)]
	return Records(
		tuple(dict.fromkeys(filter(None, known))), found, sorted(set(parts) - set(found["Interaction"]))
	)


def _former(profiles: list[str]) -> list[str]:
	"""Return what a person was called, and how reached, before he was renamed or moved: older texts say that."""
	changes = {"ref_doctype": PROFILE, "docname": ["in", profiles or [""]]}
	histories = frappe.get_all("Version", changes, pluck="data")
	return [text for data in histories for text in former_values(data, CALLED)]


def held(email: str) -> list[dict[str, Any]]:
	"""Return what is held as rows of (email, record_type, record, held), for the person to read."""
	found = records_of(email).by_doctype
	rows = []
	for doctype, more in MORE.items():
		fields = [*WHOLE.get(doctype, ()), *PARTLY.get(doctype, ()), *more]
		for row in frappe.get_all(
			doctype, {"name": ["in", found[doctype] or [""]]}, ["name", *dict.fromkeys(fields)]
		):
			name = row.pop("name")
			texts = {key: value for key, value in row.items() if value}
			rows.append({"email": email, "record_type": doctype, "record": name, "held": texts})
	return [*rows, *personal_elsewhere.held(email)]


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
