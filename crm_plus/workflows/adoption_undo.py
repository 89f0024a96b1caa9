"""Take an adoption back: remove exactly what a run made, empty exactly the fields that it filled.

What people have changed or built upon since stays, with everything that hangs on it, and is listed with the reason. Each
batch removes its entries, so a killed or stopped undo goes on where it was.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import frappe
from frappe.model.rename_doc import get_link_fields
from frappe.utils import get_datetime

from crm_plus.rules import adoption as rules
from crm_plus.rules.adoption import CREATED, ORGANIZATION, PERSON, SKIPPED, Remains
from crm_plus.workflows import adoption_ledger as ledger
from crm_plus.workflows import adoption_traces as traces
from crm_plus.workflows.adoption_belongings import ASSIGNMENTS, TAGS, marks_on
from crm_plus.workflows.adoption_documents import FIELD
from crm_plus.workflows.adoption_ledger import DEAL, DEAL_KIND, DOCUMENT, ENTRY, MASTER, PARTY, PROFILE
from crm_plus.workflows.adoption_settling import ADOPTED

BATCH = 200
CHILDREN = {DEAL: ("Deal Item",), PROFILE: ("Customer Profile Link",)}
# What people hang on a record without a Link field: (DocType, its DocType field, its name field).
DYNAMIC = (
	("Comment", "reference_doctype", "reference_name"),
	("File", "attached_to_doctype", "attached_to_name"),
	("ToDo", "reference_type", "reference_name"),
	("Communication", "reference_doctype", "reference_name"),
	("Communication Link", "link_doctype", "link_name"),
	("Dynamic Link", "link_doctype", "link_name"),
	("Stage Change", "reference_doctype", "reference_name"),
)
# Comments that Frappe writes by itself, and causes of moves that need no person.
TALK = ("Comment", "Attachment", "Workflow")
MANUAL = "Manual"


def begin(name: str) -> None:
	"""Make a run ready to be undone; what an earlier undo kept is looked at again. The caller commits."""
	entry = frappe.qb.DocType(ENTRY)
	frappe.qb.update(entry).set(entry.kept_reason, None).where(entry.run == name).run()
	frappe.db.set_value("Adoption Run", name, {"is_undoing": 1, "percent": 0}, update_modified=False)


def step(name: str) -> bool:
	"""Undo the next batch; returns whether there is more. The caller commits, or rolls back on an exception."""
	for undo in (undo_deals, undo_people, undo_organizations, undo_joined, undo_masters):
		if undo(name):
			record(name)
			return True
	return forget_rest(name)


def record(name: str) -> None:
	"""Store how far undoing is: the share of what the run took that it has looked at."""
	rows = frappe.get_all("Adoption Run Source", {"parent": name}, ["created", "merged", "linked"])
	total = sum(row.created + row.merged + row.linked for row in rows)
	where = {"run": name, "kind": ["in", [PARTY, DEAL_KIND]], "kept_reason": ["is", "not set"]}
	percent = rules.Progress([total], [total - frappe.db.count(ENTRY, where)]).percent
	frappe.db.set_value("Adoption Run", name, "percent", max(percent, 0), update_modified=False)


def undo_deals(run: str) -> bool:
	"""Remove the next deals that the run made."""
	return undo_records(DEAL, pending(run, [DEAL_KIND]))


def undo_people(run: str) -> bool:
	"""Remove the next persons that the run made: before the organizations that they belong to."""
	return undo_records(PROFILE, pending(run, [PARTY, ledger.ORGANIZATION], PERSON))


def undo_organizations(run: str) -> bool:
	"""Remove the next organizations that the run made."""
	return undo_records(PROFILE, pending(run, [PARTY, ledger.ORGANIZATION], ORGANIZATION))


def pending(run: str, kinds: list[str], profile_type: str = "") -> list[dict[str, Any]]:
	"""Return the next entries of records that the run made and undoing has not looked at."""
	entry = frappe.qb.DocType(ENTRY)
	query = (
		frappe.qb.from_(entry)
		.select(entry.name, entry.target_name, entry.target_modified)
		.where((entry.run == run) & entry.kind.isin(kinds) & (entry.action == CREATED))
		.where(entry.kept_reason.isnull() | (entry.kept_reason == ""))
		.limit(BATCH)
	)
	if profile_type:
		profile = frappe.qb.DocType(PROFILE)
		query = query.left_join(profile).on(profile.name == entry.target_name)
		query = query.where((profile.profile_type == profile_type) | profile.name.isnull())
	return query.run(as_dict=True)


def undo_records(doctype: str, entries: list[dict[str, Any]]) -> bool:
	"""Remove the records of a batch or note why they stay; returns False where the batch is empty."""
	names = [row["target_name"] for row in entries]
	now, links = modified_now(doctype, names), new_links(doctype, names)
	removed = []
	for row in entries:
		name = row["target_name"]
		remains = Remains(row["target_modified"], now.get(name, row["target_modified"]), links[name])
		reason = rules.why_kept(remains) if name in now else ""
		if reason:
			frappe.db.set_value(ENTRY, row["name"], "kept_reason", reason, update_modified=False)
		else:
			removed.append(name)
	remove(doctype, removed)
	return bool(entries)


def modified_now(doctype: str, names: Collection[str]) -> dict[str, Any]:
	"""Return when records were last modified by a person, by name.

	A profile's move that time alone caused is nobody's change: such a profile counts as it was taken over.
	"""
	fields = ["name", "modified"]
	extra = ["lifecycle_changed_on", "lifecycle_chosen_on", "creation"] if doctype == PROFILE else []
	rows = frappe.get_all(doctype, filters={"name": ["in", list(names) or [""]]}, fields=fields + extra)
	moved = {row.name for row in rows if extra and moved_by_itself(row)}
	then = taken_then(moved)
	return {row.name: then.get(row.name, row.modified) for row in rows}


def moved_by_itself(row: Any) -> bool:
	"""Tell whether the last change of a profile was its lifecycle's own move."""
	if not row.lifecycle_changed_on or row.lifecycle_chosen_on:
		return False
	since = get_datetime(row.modified) - get_datetime(row.lifecycle_changed_on)
	return get_datetime(row.modified) > get_datetime(row.creation) and abs(since) <= timedelta(seconds=2)


def taken_then(profiles: Collection[str]) -> dict[str, Any]:
	"""Return when profiles were modified last as they were taken over."""
	where = {"target_doctype": PROFILE, "target_name": ["in", list(profiles) or [""]], "action": CREATED}
	rows = frappe.get_all(ENTRY, filters=where, fields=["target_name", "target_modified"])
	return {row.target_name: row.target_modified for row in rows}


def new_links(doctype: str, names: Collection[str]) -> Counter[str]:
	"""Count what points at records and was not brought along by adoption, in one query a table."""
	found: Counter[str] = Counter()
	if not names:
		return found
	for link in get_link_fields(doctype):
		if not link["issingle"] and frappe.db.has_column(link["parent"], link["fieldname"]):
			found.update(count_links(link["parent"], link["fieldname"], doctype, names))
	for table, doctype_field, name_field in DYNAMIC:
		found.update(count_links(table, name_field, doctype, names, doctype_field))
	return found


def count_links(
	table: str, field: str, doctype: str, names: Collection[str], doctype_field: str = ""
) -> dict[str, int]:
	"""Count the rows of a table that point at records, without those that the ledger knows as its own."""
	row, entry = frappe.qb.DocType(table), frappe.qb.DocType(ENTRY)
	own = (entry.target_name == row.name) | (
		(entry.source_doctype == table) & (entry.source_name == row.name)
	)
	query = (
		frappe.qb.from_(row)
		.left_join(entry)
		.on((entry.holder_doctype == doctype) & (entry.holder_name == row[field]) & own)
		.select(row[field], frappe.query_builder.functions.Count("*"))
		.where(row[field].isin(list(names)) & entry.name.isnull())
		.where(traces.is_peoples(table, row))
		.groupby(row[field])
	)
	if doctype_field:
		query = query.where(row[doctype_field] == doctype)
	if table == "Comment":
		query = query.where(row.comment_type.isin(TALK))
	if table == "Stage Change":
		query = query.where((row.cause == MANUAL) if doctype == PROFILE else (row.cause != ADOPTED))
	return dict(query.run())


def remove(doctype: str, names: list[str]) -> None:
	"""Remove records, past their hooks, with all that adoption hung on them, and free the documents that name them."""
	if not names:
		return
	if doctype == DEAL:
		free_documents(names)
	remove_hanging(doctype, names)
	traces.remove(doctype, names)
	for child in CHILDREN[doctype]:
		frappe.db.delete(child, {"parenttype": doctype, "parent": ["in", names]})
	frappe.db.delete("Stage Change", {"reference_doctype": doctype, "reference_name": ["in", names]})
	frappe.db.delete(doctype, {"name": ["in", names]})
	frappe.db.delete(ENTRY, {"holder_doctype": doctype, "holder_name": ["in", names]})


def remove_hanging(doctype: str, names: list[str], run: str = "") -> None:
	"""Remove the rows that adoption hung on records (of one run, if given). Files stay on disk: the source has them."""
	where: dict[str, Any] = {"holder_doctype": doctype, "holder_name": ["in", names], "action": CREATED}
	where["kind"] = ["in", ledger.HANGING]
	if run:
		where["run"] = run
	rows: dict[str, list[str]] = defaultdict(list)
	for entry in frappe.get_all(ENTRY, filters=where, fields=["target_doctype", "target_name"]):
		rows[entry.target_doctype].append(entry.target_name)
	for table, targets in rows.items():
		frappe.db.delete(table, {"name": ["in", targets]})


def free_documents(deals: list[str]) -> None:
	"""Empty the Deal field of documents and rows that adoption filled, where it still names that deal."""
	entry = frappe.qb.DocType(ENTRY)
	where = {"kind": DOCUMENT, "holder_doctype": DEAL, "holder_name": ["in", deals]}
	for table in sorted(set(frappe.get_all(ENTRY, filters=where, pluck="source_doctype"))):
		row = frappe.qb.DocType(table)
		(
			frappe.qb.update(row)
			.join(entry)
			.on((entry.source_doctype == table) & (entry.source_name == row.name) & (entry.kind == DOCUMENT))
			.set(row[FIELD], None)
			.where((entry.holder_doctype == DEAL) & entry.holder_name.isin(deals))
			.where(row[FIELD] == entry.target_name)
			.run()
		)


def undo_joined(run: str) -> bool:
	"""Take the next links and belongings back off profiles that were here before the run."""
	where = {
		"run": run,
		"kind": PARTY,
		"action": ["in", ["Merged", "Linked"]],
		"kept_reason": ["is", "not set"],
	}
	fields = ["name", "target_name", "target_field", "source_name"]
	entries = frappe.get_all(ENTRY, filters=where, fields=fields, limit=BATCH)
	ours = ledger.created_here(PROFILE, {entry.target_name for entry in entries})
	for entry in entries:
		if entry.target_name in ours:
			# Made by adoption and kept: with all that belongs to it.
			frappe.db.set_value(ENTRY, entry.name, "kept_reason", rules.IN_USE, update_modified=False)
			continue
		unlink(entry)
		frappe.db.delete(ENTRY, {"name": entry.name})
	strip(run, sorted({entry.target_name for entry in entries} - set(ours)))
	return bool(entries)


def unlink(entry: Any) -> None:
	"""Empty the link that adoption set on a profile, where it still says so."""
	if entry.target_field:
		where = {"name": entry.target_name, entry.target_field: entry.source_name}
		frappe.db.set_value(PROFILE, where, entry.target_field, None, update_modified=False)


def strip(run: str, profiles: list[str]) -> None:
	"""Remove what the run hung on profiles that stay."""
	if not profiles:
		return
	remove_hanging(PROFILE, profiles, run)
	holders = [(PROFILE, name) for name in profiles]
	for marks in (TAGS, ASSIGNMENTS):
		left = marks_on(marks, holders)
		for holder in holders:
			marks.write(holder, left[holder])
	hung = ["in", ledger.HANGING]
	where = {"run": run, "holder_doctype": PROFILE, "holder_name": ["in", profiles], "kind": hung}
	frappe.db.delete(ENTRY, where)


def undo_masters(run: str) -> bool:
	"""Remove the sources and reasons that the run made and nothing uses; keep the others."""
	where = {"run": run, "kind": MASTER, "kept_reason": ["is", "not set"]}
	entries = frappe.get_all(
		ENTRY, filters=where, fields=["name", "target_doctype", "target_name"], limit=BATCH
	)
	for entry in entries:
		used = sum(new_links(entry.target_doctype, [entry.target_name]).values())
		if used:
			frappe.db.set_value(ENTRY, entry.name, "kept_reason", rules.IN_USE, update_modified=False)
			continue
		frappe.db.delete(entry.target_doctype, {"name": entry.target_name})
		frappe.db.delete(ENTRY, {"name": entry.name})
	return bool(entries)


def forget_rest(run: str) -> bool:
	"""Forget what was only skipped; the end of undoing."""
	frappe.db.delete(ENTRY, {"run": run, "action": SKIPPED})
	return False


def kept(run: str, limit: int = 200) -> list[dict[str, Any]]:
	"""Return what undoing left in place, and why."""
	where = {"run": run, "kept_reason": ["is", "set"], "kind": ["in", [*ledger.ROOTS, MASTER]]}
	fields = ["kind", "source_doctype", "source_name", "target_doctype", "target_name", "kept_reason"]
	return frappe.get_all(ENTRY, filters=where, fields=fields, order_by="kind, target_name", limit=limit)
