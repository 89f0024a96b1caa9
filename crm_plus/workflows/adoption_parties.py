"""Turn a batch of customers, leads, prospects and organizations into Customer Profiles, one for each party.

Profiles are inserted in bulk, named by Frappe's own series: a save each would warn of duplicates, write back to ERPNext and
notify, twenty thousand times.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import frappe

from crm_plus.rules import adoption as rules
from crm_plus.rules.adoption import (
	CREATED,
	LINKED,
	MERGED,
	ORGANIZATION,
	PERSON,
	SKIPPED,
	Candidate,
	Placement,
)
from crm_plus.rules.duplicates import name_key
from crm_plus.workflows import adoption_ledger as ledger
from crm_plus.workflows import duplicates
from crm_plus.workflows.adoption_belongings import take_belongings
from crm_plus.workflows.adoption_cards import COPIED, Party, identities, read_parties, set_keys
from crm_plus.workflows.adoption_ledger import PARTY, PROFILE, Book
from crm_plus.workflows.adoption_names import new_names
from crm_plus.workflows.adoption_profiles import Pool, linked_back, profiles_of
from crm_plus.workflows.adoption_settling import settle
from crm_plus.workflows.adoption_sources import PartySource, Relation


@dataclass(slots=True)
class Batch:
	"""What a batch works on: the run's book, the source's table, the pool of profiles, and the rows to be inserted."""

	book: Book
	source: PartySource
	pool: Pool
	new: list[dict[str, Any]]
	websites: list[tuple[str, str]]
	linked: dict[str, str]
	names: Iterator[str]
	ours: frozenset[str] = frozenset()


def adopt(book: Book, source: PartySource, names: list[str], *, belongings: bool = True) -> None:
	"""Take over records of one DocType by name, with what hangs on them unless said otherwise. The caller commits."""
	parties = read_parties(book, source, names)
	batch = Batch(book, source, Pool(source.slot), [], [], {}, new_names(PROFILE))
	here = linked_back(source.doctype, names)
	same = same_parties(source, names)
	joined = {name for found in same.values() for name in found}
	batch.pool.load(
		[*here.values(), *joined], [identity for party in parties for identity in identities(party)]
	)
	batch.ours = frozenset(ledger.created_here(PROFILE, batch.pool.rows))
	for party in parties:
		linked = [batch.pool.candidate(name) for name in same.get(party.name, [])]
		take(batch, party, here.get(party.name, ""), linked)
	write(batch)
	settle([row["name"] for row in batch.new] + list(batch.linked.values()))
	if belongings:
		take_belongings(
			book, source.doctype, {name: (PROFILE, profile) for name, profile in batch.linked.items()}
		)


def same_parties(source: PartySource, names: list[str]) -> dict[str, list[str]]:
	"""Return, by source name, the profiles of the records that are said to be the same party."""
	found: dict[str, list[tuple[str, str]]] = {}
	for relation in source.same:
		for name, other in related(relation, names):
			found.setdefault(name, []).append((relation.doctype, other))
	known = profiles_of(party for parties in found.values() for party in parties)
	return {
		name: list(dict.fromkeys(known[party] for party in parties if party in known))
		for name, parties in found.items()
	}


def related(relation: Relation, names: list[str]) -> list[tuple[str, str]]:
	"""Return (source name, related name) of a relation; nothing where the site lacks its table or fields."""
	if not frappe.db.exists("DocType", relation.table):
		return []
	if not frappe.db.has_column(relation.table, relation.value) or not frappe.db.has_column(
		relation.table, relation.key
	):
		return []
	table = frappe.qb.DocType(relation.table)
	query = frappe.qb.from_(table).select(table[relation.key], table[relation.value])
	query = query.where(table[relation.key].isin(names) & (table[relation.value] != ""))
	return [(name, other) for name, other in query.orderby(table.name).run() if other]


def take(batch: Batch, party: Party, here: str, linked: list[Candidate]) -> None:
	"""Let one party join a profile or become one."""
	source = (batch.source.doctype, party.name)
	if here:
		batch.linked[party.name] = here
		batch.book.root(PARTY, LINKED, source, here, reason=rules.HERE_BEFORE)
		return
	if not party.values["full_name"]:
		batch.book.root(PARTY, SKIPPED, source, reason=rules.NO_NAME)
		return
	mine = duplicates.identity_of(frappe._dict(party.values))
	is_organization = party.values["profile_type"] == ORGANIZATION
	alike = batch.pool.alike(mine)
	names_person = is_organization and bool(party.person_name)
	placement = rules.place(party.values["profile_type"], mine, linked, alike, names_person=names_person)
	if placement.action == MERGED:
		merge(batch, party, placement)
	else:
		create(batch, party, placement)


def merge(batch: Batch, party: Party, placement: Placement) -> None:
	"""Link a party to a profile of the same party, and fill what a profile of our own making lacks."""
	row = batch.pool.rows[placement.profile]
	changes = {batch.source.slot: party.name} if batch.source.slot else {}
	new = next((each for each in batch.new if each["name"] == row["name"]), None)
	if new is not None or placement.profile in batch.ours:
		filled = {key: party.values[key] for key in COPIED if party.values[key] and not row.get(key)}
		if row["profile_type"] == ORGANIZATION:
			filled.pop("job_title", None)
		changes.update(filled)
		set_keys(keyed := {**row, **changes})
		changes.update({key: keyed[key] for key in ("phone_e164", "phone_reversed")})
	row.update(changes)
	if new is not None:
		new.update(changes)
	elif changes:
		frappe.db.set_value(PROFILE, placement.profile, changes, update_modified=False)
	batch.linked[party.name] = placement.profile
	source = (batch.source.doctype, party.name)
	batch.book.root(
		PARTY, MERGED, source, placement.profile, reason=placement.reason, target_field=batch.source.slot
	)


def create(batch: Batch, party: Party, placement: Placement) -> None:
	"""Make the profile of a party, and that of the organization it names where there is none yet."""
	values = {**party.values, batch.source.slot or "erpnext_lead": party.name if batch.source.slot else None}
	if placement.as_person:
		values.update(profile_type=PERSON, full_name=party.person_name)
		set_keys(values)
	if values["profile_type"] == PERSON:
		values["organization"] = placement.organization or organization_of(batch, party)
	else:
		values["job_title"] = None
	name = new_profile(batch, party, values)
	batch.linked[party.name] = name
	if party.website:
		batch.websites.append((name, party.website))
	source = (batch.source.doctype, party.name)
	batch.book.root(PARTY, CREATED, source, name, reason=placement.reason, target_modified=party.modified)


def organization_of(batch: Batch, party: Party) -> str | None:
	"""Return the profile of the organization that a person names, made where there is none."""
	key = name_key(party.organization_name)
	if not key:
		return None
	found = batch.pool.organization(key)
	if found:
		return found
	shared = {field: party.values[field] for field in ("territory", "industry", "profile_owner", "source")}
	values = {**dict.fromkeys(party.values), **shared, "do_not_contact": 0}
	values.update(full_name=party.organization_name, profile_type=ORGANIZATION)
	set_keys(values)
	name = new_profile(batch, party, values)
	source = (batch.source.doctype, party.name)
	batch.book.root(ledger.ORGANIZATION, CREATED, source, name, target_modified=party.modified)
	return name


def new_profile(batch: Batch, party: Party, values: dict[str, Any]) -> str:
	"""Name a profile by its series and note it for insertion; its dates and author are the source's."""
	row = {
		**dict.fromkeys(("organization", "erpnext_customer", "erpnext_lead", "erpnext_prospect")),
		**values,
		"name": next(batch.names),
		"lifecycle_stage": "Lead",
		"lifecycle_changed_on": party.creation,
		"creation": party.creation,
		"owner": party.owner,
		"modified": party.modified,
		"modified_by": party.modified_by,
	}
	batch.new.append(row)
	batch.pool.add(row)
	return str(row["name"])


def write(batch: Batch) -> None:
	"""Insert the new profiles with their first Stage Change and their websites."""
	ledger.insert_rows(PROFILE, batch.new)
	origins = {row["target_name"]: row for row in batch.book.rows if row["target_doctype"] == PROFILE}
	ledger.insert_rows("Stage Change", [first_change(row, origins[row["name"]]) for row in batch.new])
	sites = [
		{
			"name": ledger.new_name(),
			**{"parent": name, "parenttype": PROFILE, "parentfield": "social_links", "idx": 1},
			**{"platform": "Website", "url": url[:140]},
		}
		for name, url in batch.websites
	]
	ledger.insert_rows("Customer Profile Link", sites)


def first_change(row: dict[str, Any], origin: dict[str, Any]) -> dict[str, Any]:
	"""Return the Stage Change that a profile begins with, dated as its source."""
	return {
		"name": ledger.new_name(),
		**{"reference_doctype": PROFILE, "reference_name": row["name"], "to_stage": row["lifecycle_stage"]},
		**{"changed_on": row["creation"], "changed_by": row["owner"], "cause": "Adopted"},
		**{"cause_doctype": origin["source_doctype"], "cause_name": origin["source_name"]},
	}
