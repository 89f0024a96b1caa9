"""A site's whole database in a form that can be compared: each table's columns and rows. Needs a connected site."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import frappe

# Who wrote a row last, and when, is no part of what it says.
UNCOMPARED = {"modified", "modified_by", "creation", "owner"}


@dataclass(frozen=True)
class Table:
	"""A table's columns as the database describes them, and a digest of each row by what identifies it."""

	columns: frozenset[str]
	rows: dict[str, str]


def take() -> dict[str, Table]:
	"""Reads all tables of the site."""
	return {name: Table(columns, read_rows(name)) for name, columns in read_columns().items()}


def read_columns() -> dict[str, frozenset[str]]:
	rows = frappe.db.sql(
		"""select table_name, column_name, column_type, is_nullable, column_default, column_key
		from information_schema.columns where table_schema = database()"""
	)
	found = defaultdict(set)
	for table, *column in rows:
		found[table].add(" ".join(str(part) for part in column))
	return {table: frozenset(columns) for table, columns in found.items()}


def read_rows(table: str) -> dict[str, str]:
	rows: dict[str, str] = {}
	for key, said in sorted((key_of(table, row), digest(row)) for row in all_rows(table)):
		while key in rows:
			key += "'"
		rows[key] = said
	return rows


def all_rows(table: str) -> list[dict[str, Any]]:
	if table.endswith("_seq"):  # MariaDB shows sequences as tables
		return []
	return frappe.db.sql(f"select * from `{table}`", as_dict=True)


def key_of(table: str, row: dict[str, Any]) -> str:
	"""What a person would call the row; Frappe names rows of child tables and its log of patches by chance."""
	if table == "tabSingles":
		return f"{row['doctype']}.{row['field']}"
	if table == "tabComment":
		return f"{row['comment_type']} {row['name']}"
	if table == "tabPatch Log":
		return str(row["patch"])
	if row.get("parent"):
		named = [
			row[field]
			for field in ("role", "fieldname", "defkey", "link_to", "app_name", "title")
			if row.get(field)
		]
		return ":".join(str(part) for part in (row.get("parenttype"), row["parent"], *named))
	return str(row.get("name") or digest(row))


def digest(row: dict[str, Any]) -> str:
	left_out = UNCOMPARED | {"name"} if row.get("parent") or row.get("patch") else UNCOMPARED
	said = [(column, str(row[column])) for column in sorted(row) if column not in left_out]
	return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def differences(before: dict[str, Table], after: dict[str, Table], ignored: Iterable[str] = ()) -> list[str]:
	"""One sentence for each thing that is not as it was."""
	found = [f"table {name} is new" for name in sorted(set(after) - set(before))]
	found += [f"table {name} is gone" for name in sorted(set(before) - set(after))]
	for name in sorted(set(before) & set(after)):
		old, new = before[name], after[name]
		found += [f"{name}: new column {column}" for column in sorted(new.columns - old.columns)]
		found += [f"{name}: column gone: {column}" for column in sorted(old.columns - new.columns)]
		if name not in ignored:
			found += [f"{name}: {change}" for change in row_changes(old.rows, new.rows)]
	return found


def row_changes(old: dict[str, str], new: dict[str, str]) -> list[str]:
	found = [f"new row {key}" for key in sorted(set(new) - set(old))]
	found += [f"row gone: {key}" for key in sorted(set(old) - set(new))]
	return found + [f"row changed: {key}" for key in sorted(set(old) & set(new)) if old[key] != new[key]]


def mentions(words: set[str], prefix: str, before: dict[str, Table]) -> list[str]:
	"""The values that are one of the words, or start with the prefix, in rows that were not there before."""
	found = []
	for table in read_columns():
		known = before[table].rows if table in before else {}
		for row in all_rows(table):
			key = key_of(table, row)
			if known.get(key) != digest(row):
				told = [
					column for column, value in row.items() if value in words or str(value).startswith(prefix)
				]
				found += [f"{table} {key}: {column} is {row[column]}" for column in told]
	return found
