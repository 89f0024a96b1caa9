"""Bring along what hangs on a record: comments, notes, files, tags, assignments, contacts, mails and tasks.

Nothing is taken away from the source, and no bytes are copied: a new File row points at the same file, a mail gets one more
link. Authors and dates stay.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import frappe

from crm_plus.workflows.adoption_ledger import (
	ASSIGNMENT,
	COMMENT,
	CONTACT,
	FILE,
	MAIL,
	PROFILE,
	STAMPS,
	TAG,
	Book,
	insert_rows,
	new_name,
)
from crm_plus.workflows.adoption_sources import NOTE_TABLES
from crm_plus.workflows.adoption_tasks import take_tasks

Holders = Mapping[str, tuple[str, str]]
Rows = list[dict[str, Any]]
Placed = tuple[tuple[str, str], dict[str, Any]]
OPTIONAL = ("_user_tags", "_comments", "_assign", "_liked_by", "_seen")


def take_belongings(book: Book, doctype: str, holders: Holders) -> None:
	"""Give each holder, a (DocType, name) by source name, what hangs on its source. The caller commits."""
	if not holders:
		return
	take_comments(book, doctype, holders)
	take_notes(book, doctype, holders)
	take_files(book, doctype, holders)
	take_marks(book, TAGS, doctype, holders)
	take_marks(book, ASSIGNMENTS, doctype, holders)
	take_contacts(book, doctype, {name: holder for name, holder in holders.items() if holder[0] == PROFILE})
	take_mails(book, doctype, holders)
	take_tasks(book, doctype, holders)


def copies(
	table: str,
	where: Mapping[str, Any],
	columns: Iterable[str] | None = None,
	order_by: str = "creation asc, name asc",
) -> list[dict[str, Any]]:
	"""Return rows of a DocType with all its columns, or some of them, as they are in the database."""
	fields = list(columns) if columns else ["name", *STAMPS, *own_columns(table)]
	return frappe.get_all(table, filters=dict(where), fields=fields, order_by=order_by)


def own_columns(doctype: str) -> list[str]:
	"""Return the columns of a DocType's own fields."""
	return [
		name
		for name in frappe.get_meta(doctype).get_valid_columns()
		if name not in ("name", *STAMPS, *OPTIONAL)
	]


def copy_rows(
	book: Book,
	kind: str,
	table: str,
	rows: list[dict[str, Any]],
	place: Callable[[Any], Placed],
) -> None:
	"""Insert copies of rows; `place` returns the holder of a row and the values that tie the copy to it."""
	made = []
	for row in rows:
		holder, values = place(row)
		copy = {**row, **values, "name": new_name()}
		made.append(copy)
		book.hangs(kind, (table, str(row["name"])), (table, copy["name"]), holder)
	insert_rows(table, made)


def take_comments(book: Book, doctype: str, holders: Holders) -> None:
	"""Copy what people wrote; what Frappe logged about the source itself stays there."""
	rows = copies(
		"Comment",
		{"reference_doctype": doctype, "reference_name": ["in", list(holders)], "comment_type": "Comment"},
	)

	def place(row: Any) -> Placed:
		holder = holders[row["reference_name"]]
		return holder, {"reference_doctype": holder[0], "reference_name": holder[1]}

	copy_rows(book, COMMENT, "Comment", rows, place)


def take_notes(book: Book, doctype: str, holders: Holders) -> None:
	"""Turn the notes that these modules keep in tables of their own into comments."""
	for table, doctype_field, name_field, text, author, time in NOTE_TABLES:
		if not frappe.db.exists("DocType", table):
			continue
		where = {doctype_field: doctype, name_field: ["in", list(holders)]}
		fields = list(dict.fromkeys(["name", "owner", "creation", name_field, text, author, time]))
		made = []
		for row in copies(table, where, fields):
			holder = holders[row[name_field]]
			made.append(comment(holder, row[text], row[author] or row["owner"], row[time] or row["creation"]))
			book.hangs(COMMENT, (table, str(row["name"])), ("Comment", made[-1]["name"]), holder)
		insert_rows("Comment", made)


def comment(holder: tuple[str, str], text: str | None, author: str, time: Any) -> dict[str, Any]:
	"""Return a Comment row on a record, as its author would have written it at that time."""
	return {
		"name": new_name(),
		**{"reference_doctype": holder[0], "reference_name": holder[1], "comment_type": "Comment"},
		**{"content": text or "", "comment_email": author, "comment_by": frappe.utils.get_fullname(author)},
		**{"owner": author, "modified_by": author, "creation": time, "modified": time},
	}


def take_files(book: Book, doctype: str, holders: Holders) -> None:
	"""Attach the same files; the bytes on disk are shared, as Frappe shares those of equal files."""
	rows = copies(
		"File", {"attached_to_doctype": doctype, "attached_to_name": ["in", list(holders)], "is_folder": 0}
	)

	def place(row: Any) -> Placed:
		holder = holders[row["attached_to_name"]]
		values = {"attached_to_doctype": holder[0], "attached_to_name": holder[1], "attached_to_field": None}
		return holder, values

	copy_rows(book, FILE, "File", rows, place)


def write_tags(holder: tuple[str, str], tags: list[str]) -> None:
	"""Write a record's tags where lists show them."""
	value = "," + ",".join(tags) if tags else None
	frappe.db.set_value(holder[0], holder[1], "_user_tags", value, update_modified=False)


def write_assignments(holder: tuple[str, str], people: list[str]) -> None:
	"""Write to whom a record is assigned where lists show it."""
	value = json.dumps(people) if people else None
	frappe.db.set_value(holder[0], holder[1], "_assign", value, update_modified=False)


@dataclass(frozen=True)
class Marks:
	"""Rows that put marks on records, each mark once: what they are, where they stand, and how lists are told."""

	kind: str
	table: str
	doctype_field: str
	name_field: str
	mark_field: str
	write: Callable[[tuple[str, str], list[str]], None]
	where: Mapping[str, Any] = field(default_factory=dict)

	def rows(self, doctype: str, names: Iterable[str], columns: Iterable[str] | None = None) -> Rows:
		"""Return the rows that mark records of a DocType."""
		where = {self.doctype_field: doctype, self.name_field: ["in", list(names)], **self.where}
		return copies(self.table, where, columns)


TAGS = Marks(TAG, "Tag Link", "document_type", "document_name", "tag", write_tags)
ASSIGNMENTS = Marks(
	*(ASSIGNMENT, "ToDo", "reference_type", "reference_name", "allocated_to", write_assignments),
	where={"status": "Open"},
)


def take_marks(book: Book, marks: Marks, doctype: str, holders: Holders) -> None:
	"""Mark the holders like their sources, without telling anybody again."""
	rows = marks.rows(doctype, holders)
	present = marks_on(marks, holders.values())
	fresh = []
	for row in rows:
		known = present[holders[row[marks.name_field]]]
		if row[marks.mark_field] and row[marks.mark_field] not in known:
			known.append(row[marks.mark_field])
			fresh.append(row)

	def place(row: Any) -> Placed:
		holder = holders[row[marks.name_field]]
		return holder, {marks.doctype_field: holder[0], marks.name_field: holder[1]}

	copy_rows(book, marks.kind, marks.table, fresh, place)
	for holder in {holders[row[marks.name_field]] for row in fresh}:
		marks.write(holder, present[holder])


def marks_on(marks: Marks, holders: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
	"""Return the marks that records have."""
	found: dict[tuple[str, str], list[str]] = defaultdict(list)
	names = defaultdict(set)
	for doctype, name in holders:
		names[doctype].add(name)
	for doctype, wanted in names.items():
		for row in marks.rows(doctype, wanted, [marks.name_field, marks.mark_field]):
			found[doctype, row[marks.name_field]].append(row[marks.mark_field])
	return found


def take_contacts(book: Book, doctype: str, holders: Holders) -> None:
	"""Link the Contacts and Addresses of a party to its profile too."""
	where = {
		"link_doctype": doctype,
		"link_name": ["in", list(holders)],
		"parenttype": ["in", ["Contact", "Address"]],
	}
	rows = copies("Dynamic Link", where)
	profiles = [name for _doctype, name in holders.values()]
	there = {"link_doctype": PROFILE, "link_name": ["in", profiles]}
	present = {(row["parenttype"], row["parent"], row["link_name"]) for row in copies("Dynamic Link", there)}
	fresh = []
	for row in rows:
		link = (row["parenttype"], row["parent"], holders[row["link_name"]][1])
		if link not in present:
			present.add(link)
			fresh.append(row)

	def place(row: Any) -> Placed:
		holder = holders[row["link_name"]]
		return holder, {
			"link_doctype": holder[0],
			"link_name": holder[1],
			"link_title": None,
			"idx": row["idx"] + 1,
		}

	copy_rows(book, CONTACT, "Dynamic Link", fresh, place)


def take_mails(book: Book, doctype: str, holders: Holders) -> None:
	"""Link the mails of a source to its holder, whose timeline then shows them."""
	direct = copies(
		"Communication",
		{"reference_doctype": doctype, "reference_name": ["in", list(holders)]},
		["name", "reference_name"],
	)
	linked = copies(
		"Communication Link",
		{"link_doctype": doctype, "link_name": ["in", list(holders)], "parenttype": "Communication"},
		["parent", "link_name"],
	)
	found = [(row["name"], row["reference_name"]) for row in direct]
	found += [(row["parent"], row["link_name"]) for row in linked]
	pairs = dict.fromkeys((mail, holders[source]) for mail, source in found)
	kinds, names = map(list, zip(*set(holders.values()), strict=True))
	there = copies(
		"Communication Link",
		{"link_doctype": ["in", kinds], "link_name": ["in", names]},
		["parent", "link_doctype", "link_name"],
	)
	present = {(row["parent"], (row["link_doctype"], row["link_name"])) for row in there}
	made = []
	for mail, holder in pairs:
		if (mail, holder) in present:
			continue
		row = {
			"name": new_name(),
			"parent": mail,
			"parenttype": "Communication",
			"parentfield": "timeline_links",
		}
		made.append({**row, "link_doctype": holder[0], "link_name": holder[1], "idx": 1})
		book.hangs(MAIL, ("Communication", mail), ("Communication Link", row["name"]), holder)
	insert_rows("Communication Link", made)
