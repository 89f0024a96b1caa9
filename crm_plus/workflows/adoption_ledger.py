"""The memory of adoption: one Adoption Entry for everything that was taken over, written with the batch that took it.

A key that is unique in the database makes sure that nothing is taken twice, whoever was killed in between.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import frappe
from frappe.utils import now_datetime

from crm_plus.rules.adoption import CREATED, NEW, SKIPPED

ENTRY = "Adoption Entry"
PROFILE, DEAL = "Customer Profile", "Deal"
# What a record here came from, as opposed to what hangs on it.
PARTY, ORGANIZATION, DEAL_KIND, DOCUMENT, MASTER = "Party", "Organization", "Deal", "Document", "Master"
COMMENT, FILE, TAG, ASSIGNMENT, CONTACT, MAIL = "Comment", "File", "Tag", "Assignment", "Contact", "Mail"
FOLLOW_UP = "Follow Up"
STAMPS = ("creation", "modified", "owner", "modified_by")
ROOTS = (PARTY, ORGANIZATION, DEAL_KIND)
HANGING = (COMMENT, FILE, TAG, ASSIGNMENT, CONTACT, MAIL, FOLLOW_UP)
COLUMNS = (
	*(
		"kind",
		"action",
		"reason",
		"source_doctype",
		"source_name",
		"target_doctype",
		"target_name",
		"target_field",
	),
	*(
		"currency",
		"source_amount",
		"target_amount",
		"holder_doctype",
		"holder_name",
		"target_modified",
		"entry_key",
	),
)


@dataclass(slots=True)
class Book:
	"""The entries of one batch; nothing is in the database before `write`."""

	run: str
	rows: list[dict[str, Any]] = field(default_factory=list)
	tally: Counter[str] = field(default_factory=Counter)

	def root(self, kind: str, action: str, source: tuple[str, str], target: str = "", **values: Any) -> None:
		"""Note what became of a party or a sale; `values` are further columns."""
		doctype = "" if not target else DEAL if kind == DEAL_KIND else PROFILE
		holder = {"holder_doctype": doctype, "holder_name": target}
		self.note(kind, action, source, (doctype, target), **{"reason": NEW, **holder, **values})
		if kind != ORGANIZATION:
			self.tally[action] += 1

	def hangs(
		self, kind: str, source: tuple[str, str], target: tuple[str, str], holder: tuple[str, str]
	) -> None:
		"""Note a row that was made here, or a document that was linked, for a deal or profile."""
		names = {"holder_doctype": holder[0], "holder_name": holder[1]}
		self.note(kind, CREATED, source, target, key_of(kind, source, holder[1]), reason=NEW, **names)

	def note(
		self,
		kind: str,
		action: str,
		source: tuple[str, str],
		target: tuple[str, str],
		key: str = "",
		**values: Any,
	) -> None:
		"""Note anything; `source` and `target` are (DocType, name)."""
		row: dict[str, Any] = dict.fromkeys(COLUMNS)
		row.update(kind=kind, action=action, source_amount=0, target_amount=0)
		row.update(
			source_doctype=source[0], source_name=source[1], target_doctype=target[0], target_name=target[1]
		)
		self.rows.append({**row, **values, "entry_key": key or key_of(kind, source)})

	def write(self) -> None:
		"""Put the entries into the database; a key that is there already fails the whole batch, as it must."""
		insert_rows(ENTRY, [{"name": new_name(), "run": self.run, **row} for row in self.rows])
		self.rows = []


def key_of(kind: str, source: tuple[str, str], holder: str = "") -> str:
	"""Return what makes an entry unique: the kind and the source, for what hangs on something also that."""
	return sha256("\x1f".join((kind, *source, holder)).encode()).hexdigest()


def new_name() -> str:
	"""Return a name for a row that has none of its own."""
	return frappe.generate_hash(length=16)


def insert_rows(
	doctype: str,
	rows: Sequence[Mapping[str, Any]],
	stamps: Mapping[str, Any] | None = None,
	*,
	again: bool = False,
) -> None:
	"""Insert rows as they are, without hooks, in one statement a thousand rows.

	Hooks are left out on purpose: they would notify, recompute and log for every row that is only being moved here. The
	columns that Frappe keeps itself get this moment and this user unless a row brings its own. `again` passes over rows
	whose name is there already.
	"""
	now = now_datetime()
	base = {
		"creation": now,
		"modified": now,
		"owner": frappe.session.user,
		"modified_by": frappe.session.user,
	}
	base.update(stamps or {})
	if not rows:
		return
	columns = list({**base, **rows[0]})
	values = [[{**base, **row}[column] for column in columns] for row in rows]
	frappe.db.bulk_insert(doctype, columns, values, ignore_duplicates=again, chunk_size=1000)


def targets(kind: str, doctype: str, names: Collection[str]) -> dict[str, str]:
	"""Return what sources of one DocType became, by their names; those that were skipped are left out."""
	if not names:
		return {}
	rows = frappe.get_all(
		ENTRY,
		filters={
			"source_doctype": doctype,
			"source_name": ["in", list(names)],
			"kind": kind,
			"action": ["!=", SKIPPED],
		},
		fields=["source_name", "target_name"],
	)
	return {row.source_name: row.target_name for row in rows}


def untaken(kind: str, doctype: str, after: str, limit: int) -> list[str]:
	"""Return the next names of a DocType, behind `after`, that have no entry of this kind yet."""
	source, entry = frappe.qb.DocType(doctype), frappe.qb.DocType(ENTRY)
	query = (
		frappe.qb.from_(source)
		.left_join(entry)
		.on((entry.source_doctype == doctype) & (entry.source_name == source.name) & (entry.kind == kind))
		.select(source.name)
		.where((source.name > after) & entry.name.isnull())
		.orderby(source.name)
		.limit(limit)
	)
	return [name for (name,) in query.run()]


def created_here(doctype: str, names: Iterable[str]) -> dict[str, str]:
	"""Return those records that adoption made itself, with the run that made each."""
	rows = frappe.get_all(
		ENTRY,
		filters={
			"holder_doctype": doctype,
			"holder_name": ["in", list(names) or [""]],
			"kind": ["in", ROOTS],
			"action": CREATED,
		},
		fields=["target_name", "run"],
	)
	return {row.target_name: row.run for row in rows}


def existing(doctype: str, names: Iterable[Any]) -> set[str]:
	"""Return those names that a DocType has; empty where the DocType is missing."""
	wanted = {str(name) for name in names if name}
	if not wanted or not frappe.db.exists("DocType", doctype):
		return set()
	return set(frappe.get_all(doctype, filters={"name": ["in", list(wanted)]}, pluck="name"))


def read_rows(doctype: str, names: Collection[str], fields: Iterable[str]) -> list[dict[str, Any]]:
	"""Return source rows with those of the fields that the DocType has on this site, in the order of their names."""
	meta = frappe.get_meta(doctype)
	own = [name for name in dict.fromkeys(fields) if name != "name" and meta.has_field(name)]
	standard = ["name", *STAMPS]
	return frappe.get_all(
		doctype, filters={"name": ["in", list(names)]}, fields=[*standard, *own], order_by="name asc"
	)


def pick(row: Mapping[str, Any], candidates: Iterable[str]) -> Any:
	"""Return the first field that is filled."""
	return next((row[name] for name in candidates if row.get(name)), None)


def latest(*times: datetime | None) -> datetime | None:
	"""Return the latest of the times that are known."""
	return max((time for time in times if time), default=None)
