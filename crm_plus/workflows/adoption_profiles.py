"""The profiles that a batch of parties may join: read once, looked up in memory, kept current as the batch makes more."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import frappe

from crm_plus.rules.adoption import ORGANIZATION, Candidate
from crm_plus.rules.duplicates import Identity
from crm_plus.workflows import duplicates
from crm_plus.workflows.adoption_ledger import PARTY, PROFILE, targets
from crm_plus.workflows.adoption_sources import PARTY_SOURCES

SLOTS = {source.doctype: source.slot for source in PARTY_SOURCES if source.slot}
KEYS = ("email", "phone_e164", "name_key")
COLUMNS = (
	*(
		"name",
		"profile_type",
		"full_name",
		"job_title",
		"territory",
		"industry",
		"language",
		"image",
		"source",
	),
	*("email", "phone", "phone_e164", "name_key", "notes", "organization", *SLOTS.values()),
)


class Pool:
	"""Profiles by name and by what they are known by."""

	def __init__(self, slot: str) -> None:
		"""Open an empty pool for parties whose link back is `slot`, "" where they have none."""
		self.slot = slot
		self.rows: dict[str, Any] = {}
		self._by_key: dict[tuple[str, str], list[str]] = defaultdict(list)

	def load(self, names: Collection[str], identities: Iterable[Identity]) -> None:
		"""Read profiles by name, and those that share a key with one of the identities."""
		wanted = list(identities)
		self._read("name", names)
		self._read("email", {each.email for each in wanted if each.email})
		self._read("phone_e164", {each.phone_e164 for each in wanted if each.phone_e164})
		self._read("name_key", {each.name_key for each in wanted if each.name_key})

	def _read(self, column: str, values: Collection[str]) -> None:
		if not values:
			return
		for row in frappe.get_all(PROFILE, filters={column: ["in", list(values)]}, fields=list(COLUMNS)):
			if row.name not in self.rows:
				self.add(row)

	def add(self, row: Any) -> None:
		"""Take a profile in, one that is still to be inserted too."""
		self.rows[row["name"]] = frappe._dict(row)
		for key in KEYS:
			if row.get(key):
				self._by_key[key, row[key]].append(row["name"])

	def candidate(self, name: str) -> Candidate:
		"""Return a profile of the pool as the rules see it."""
		row = self.rows[name]
		is_taken = bool(self.slot and row.get(self.slot))
		return Candidate(name, row["profile_type"], duplicates.identity_of(row), is_taken)

	def alike(self, identity: Identity) -> list[Candidate]:
		"""Return the profiles that share a key with an identity, the oldest first."""
		values = (identity.email, identity.phone_e164, identity.name_key)
		found = {
			name
			for key, value in zip(KEYS, values, strict=True)
			if value
			for name in self._by_key[key, value]
		}
		return [self.candidate(name) for name in sorted(found)]

	def organization(self, name_key: str) -> str:
		"""Return the oldest organization with this very name key, "" where there is none."""
		names = self._by_key.get(("name_key", name_key), [])
		found = [name for name in names if self.rows[name]["profile_type"] == ORGANIZATION]
		return min(found, default="")


def profiles_of(parties: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
	"""Return the profile of each (DocType, name): the one that links back to it, else the one it was taken over into."""
	by_doctype: dict[str, set[str]] = defaultdict(set)
	for doctype, name in parties:
		if doctype and name:
			by_doctype[doctype].add(name)
	found: dict[tuple[str, str], str] = {}
	for doctype, names in by_doctype.items():
		known = {**_here(targets(PARTY, doctype, names)), **linked_back(doctype, names)}
		found.update({(doctype, name): profile for name, profile in known.items()})
	return found


def linked_back(doctype: str, names: Collection[str]) -> dict[str, str]:
	"""Return the profiles that name records of one DocType, by those records' names."""
	slot = SLOTS.get(doctype)
	if not slot or not names:
		return {}
	rows = frappe.get_all(
		PROFILE, filters={slot: ["in", list(names)]}, fields=["name", slot], order_by="name desc"
	)
	return {row[slot]: row.name for row in rows}


def _here(found: dict[str, str]) -> dict[str, str]:
	"""Leave out profiles that were deleted since."""
	present = set(
		frappe.get_all(PROFILE, filters={"name": ["in", list(found.values()) or [""]]}, pluck="name")
	)
	return {name: profile for name, profile in found.items() if profile in present}
