"""What the site knows about a source: what its records lead to, whose its addresses are, which deals were open."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import frappe
from frappe.query_builder import Criterion
from frappe.utils import cstr

from crm_plus.rules.capture import Findings, Match, Source, Thread, source_key
from crm_plus.setup.compatibility import PROFILE_FIELDS
from crm_plus.workflows import deal_ledger
from crm_plus.workflows.capture_numbers import contacts_of_numbers, profiles_of_numbers
from crm_plus.workflows.mail_links import DOCUMENTS

PROFILE = "Customer Profile"
# A shared address such as info@ may stand on many cards; more than these would flood as many streams.
MOST_PROFILES = 20
PARTY_FIELDS = ("party_name", "party")
Record = tuple[str, str]  # DocType, name


def look_up(source: Source) -> Findings:
	"""Return what the site knows about a source. A constant number of queries but for the records that it names."""
	thread = _thread(source)
	addresses = {person.address for person in source.people if person.address}
	by_address = profiles_of(
		addresses - own_addresses(addresses), {person.who for person in source.people} - addresses - {""}
	)
	linked = [match for record in source.links for match in _matches(record)]
	profiles = {match.profile for matches in by_address.values() for match in matches}
	profiles |= {*thread.profiles, *(match.profile for match in linked)}
	return Findings(thread, by_address, linked, {} if thread.deal else open_deals(profiles, source.starts_on))


def _thread(source: Source) -> Thread:
	"""Follow the first record that leads to a deal, else to a customer; a reply's deal is the one of what it answers."""
	found = Thread()
	for record in source.records:
		deal, profiles = follow(record)
		if profiles and (deal or not found.profiles):
			found = Thread(deal, tuple(profiles), source_key(*record)[:140])
		if found.deal:
			break
	if found.deal or not source.replies_to:
		return found
	answered = _interaction(source_key(source.doctype, source.replies_to))
	if not answered or (found.profiles and answered.customer_profile not in found.profiles):
		return found
	said_by = found.said_by or source_key(source.doctype, source.replies_to)[:140]
	return Thread(cstr(answered.deal), found.profiles or (answered.customer_profile,), said_by)


def _interaction(key: str) -> Any:
	return frappe.db.get_value(
		"Interaction", {"source_key": key}, ["name", "deal", "customer_profile"], as_dict=True
	)


def follow(record: Record) -> tuple[str, list[str]]:
	"""Return the deal and the profiles that a record of any kind leads to; nothing where it leads nowhere."""
	doctype, name = record
	if doctype == "Deal":
		return _of_deals([name])
	if doctype == PROFILE:
		return "", [name] if frappe.db.exists(PROFILE, name) else []
	if doctype in ("Interaction", "Follow Up"):
		return _of_values(frappe.db.get_value(doctype, name, ["deal", "customer_profile"], as_dict=True))
	if doctype == "Contact":
		return "", [match.profile for match in _matches(record)]
	if captured := _interaction(source_key(doctype, name)):
		return _of_values(captured)
	return _of_document(doctype, name)


def _of_values(values: Any) -> tuple[str, list[str]]:
	return (cstr(values.deal), [values.customer_profile]) if values and values.customer_profile else ("", [])


def _of_deals(deals: list[str]) -> tuple[str, list[str]]:
	"""Return the first of several deals with the profiles of all."""
	rows = frappe.get_all("Deal", {"name": ["in", deals]}, ["name", "customer_profile"], order_by="creation")
	return (rows[0].name, [row.customer_profile for row in rows]) if rows else ("", [])


def _of_document(doctype: str, name: str) -> tuple[str, list[str]]:
	"""Return what any document leads to that names a deal or a party of ours: quotation, order, project …"""
	if not frappe.db.exists("DocType", doctype):
		return "", []
	if doctype in PROFILE_FIELDS:
		return "", _profiles_of_parties([(doctype, name)])
	values = _values(doctype, name)
	deals = [values["crm_plus_deal"]] if values.get("crm_plus_deal") else []
	if doctype in DOCUMENTS:
		deals += [deal for deal in deal_ledger.deals_named_in(doctype, [name]) if deal not in deals]
	deal, profiles = _of_deals(deals) if deals else ("", [])
	return deal, profiles or _profiles_of_parties(_parties(doctype, values))


def _values(doctype: str, name: str) -> dict[str, Any]:
	meta = frappe.get_meta(doctype)
	if meta.issingle or meta.istable:
		return {}
	asked = [*PARTY_FIELDS, "customer", "crm_plus_deal"]
	fields = [field for field in asked if meta.has_field(field)]
	fields += [df.options for df in meta.get("fields", {"fieldname": ["in", PARTY_FIELDS]}) if df.options]
	fields = [field for field in fields if meta.has_field(field)]
	return frappe.db.get_value(doctype, name, fields, as_dict=True) or {} if fields else {}


def _parties(doctype: str, values: dict[str, Any]) -> list[Record]:
	"""Return the parties that a document names, in a Link to Customer or a dynamic one beside its DocType."""
	parties = [("Customer", values["customer"])] if values.get("customer") else []
	for fieldname in PARTY_FIELDS:
		field = frappe.get_meta(doctype).get_field(fieldname)
		if values.get(fieldname) and field and values.get(field.options) in PROFILE_FIELDS:
			parties.append((values[field.options], values[fieldname]))
	return parties


def _profiles_of_parties(parties: Iterable[Record]) -> list[str]:
	found: list[str] = []
	for doctype, name in parties:
		where = {PROFILE_FIELDS[doctype]: name}
		found += frappe.get_all(PROFILE, where, pluck="name", order_by="creation", limit=MOST_PROFILES)
	return list(dict.fromkeys(found))


def _matches(record: Record) -> list[Match]:
	doctype, name = record
	if doctype == "Contact":
		return profiles_of_contacts([name]).get(name, [])
	return [Match(profile) for profile in follow(record)[1]]


def own_addresses(addresses: Collection[str]) -> set[str]:
	"""Return those of the addresses that are our own: of the site's mailboxes and of the people who work with it."""
	if not addresses:
		return set()
	among = ["in", list(addresses)]
	mailboxes = frappe.get_all("Email Account", {"email_id": among}, pluck="email_id")
	users = frappe.get_all("User", {"email": among, "user_type": "System User"}, pluck="email")
	return {cstr(address).lower() for address in (*mailboxes, *users)}


def profiles_of(addresses: Collection[str], numbers: Collection[str] = ()) -> dict[str, list[Match]]:
	"""Return the profiles of e-mail addresses and of phone numbers."""
	by_number = _with_contacts(profiles_of_numbers(numbers), contacts_of_numbers(numbers))
	return profiles_of_addresses(addresses) | by_number


def profiles_of_addresses(addresses: Collection[str]) -> dict[str, list[Match]]:
	"""Return the profiles of e-mail addresses: by their own field, and by the contacts that are linked to them."""
	found: dict[str, list[Match]] = defaultdict(list)
	if not addresses:
		return found
	for name, email, kind in frappe.get_all(
		PROFILE, {"email": ["in", list(addresses)]}, ["name", "email", "profile_type"], as_list=True
	):
		found[email.lower()].append(Match(name, "", kind == "Person"))
	return _with_contacts(found, _contacts_of(addresses))


def _with_contacts(known: dict[str, list[Match]], contacts: dict[str, str]) -> dict[str, list[Match]]:
	"""Add the profiles of contacts, each of whom has one of the addresses."""
	found, matches = defaultdict(list, known), profiles_of_contacts(contacts)
	for contact, address in contacts.items():
		for match in matches.get(contact, []):
			_add(found[address], match)
	return {address: several[:MOST_PROFILES] for address, several in found.items()}


def _add(known: list[Match], match: Match) -> None:
	"""Add a match, or its contact to the match that has none."""
	for index, other in enumerate(known):
		if other.profile == match.profile:
			known[index] = other if other.contact else match
			return
	known.append(match)


def _contacts_of(addresses: Collection[str]) -> dict[str, str]:
	row = frappe.qb.DocType("Contact Email")
	query = (
		frappe.qb.from_(row)
		.select(row.parent, row.email_id)
		.where(row.email_id.isin(list(addresses)) & (row.parenttype == "Contact"))
		.orderby(row.creation)
	)
	return {contact: cstr(address).lower() for contact, address in query.run()}


def profiles_of_contacts(contacts: Collection[str]) -> dict[str, list[Match]]:
	"""Return the profiles that contacts are linked to, directly or by the ERPNext party that a profile stands for."""
	if not contacts:
		return {}
	links = frappe.get_all(
		"Dynamic Link",
		{"parenttype": "Contact", "parent": ["in", list(contacts)]},
		["parent", "link_doctype", "link_name"],
	)
	by_record = _profiles_by_record({(link.link_doctype, link.link_name) for link in links})
	found: dict[str, list[Match]] = defaultdict(list)
	for link in links:
		for name, is_person in by_record.get((link.link_doctype, link.link_name), []):
			_add(found[link.parent], Match(name, link.parent, is_person))
	return found


def _profiles_by_record(records: Collection[Record]) -> dict[Record, list[tuple[str, bool]]]:
	"""Return (profile, whether it is a person) of each record that stands for one."""
	profile, found = frappe.qb.DocType(PROFILE), defaultdict(list)
	for doctype, fieldname in {PROFILE: "name", **PROFILE_FIELDS}.items():
		names = [name for kind, name in records if kind == doctype]
		if names:
			query = frappe.qb.from_(profile).select(profile[fieldname], profile.name, profile.profile_type)
			for key, name, kind in query.where(profile[fieldname].isin(names)).run():
				found[doctype, key].append((name, kind == "Person"))
	return found


def open_deals(profiles: Collection[str], at: datetime) -> dict[str, list[str]]:
	"""Return the deals of each profile that were open at a time, its organization's among them."""
	if not profiles:
		return {}
	rows = frappe.get_all(PROFILE, {"name": ["in", list(profiles)]}, ["name", "organization"], as_list=True)
	deal = frappe.qb.DocType("Deal")
	query = (
		frappe.qb.from_(deal)
		.select(deal.customer_profile, deal.name)
		.where(deal.customer_profile.isin([name for row in rows for name in row if name] or [""]))
		.where((deal.creation <= at) & Criterion.any([deal.status == "Open", deal.closed_on > at]))
	)
	by_profile: dict[str, list[str]] = defaultdict(list)
	for profile, name in query.run():
		by_profile[profile].append(name)
	return {
		name: [*by_profile[name], *(by_profile[organization] if organization else [])]
		for name, organization in rows
	}
