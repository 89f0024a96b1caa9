"""Rows put into a site's tables in bulk, and taken out again. All of them have names that begin with PREFIX."""

import json
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import frappe

PREFIX = "BENCH-"
MARKER = "crm_plus_benchmark"
BATCH = 2000
# Only a site without any of these may be filled; afterwards the marker says that it is a benchmark's.
SIGNS_OF_WORK = (
	"Deal",
	"Customer Profile",
	"Opportunity",
	"Quotation",
	"Sales Invoice",
	"Payment Ledger Entry",
)
# What saving, moving and counting the rows has left behind, by the field that names them.
LEFT_BY_RUNS = {"Stage Change": "reference_name", "Version": "docname", "Pipeline Snapshot": "deal"}

Row = dict[str, Any]


def put(doctype: str, rows: Iterable[Row]) -> int:
	"""Insert rows in batches that commit; fields that this version of the DocType has no column for are left out."""
	started, count, rest = time.perf_counter(), 0, iter(rows)
	known = set(frappe.db.get_table_columns(doctype))
	while batch := list(islice(rest, BATCH)):
		columns = [name for name in batch[0] if name in known]
		names = ", ".join(f"`{name}`" for name in columns)
		holders = ", ".join(["%s"] * len(columns))
		# Frappe's own bulk_insert writes each value into the SQL, which takes several times as long.
		frappe.db._cursor.executemany(
			f"insert into `tab{doctype}` ({names}) values ({holders})",
			[tuple(row[name] for name in columns) for row in batch],
		)
		frappe.db.commit()
		count += len(batch)
	print(f"{doctype:<28} {count:>8} rows {time.perf_counter() - started:>7.1f} s", flush=True)
	return count


def remove_rows(doctypes: Iterable[str]) -> None:
	"""Take out what `put` put in."""
	for doctype in doctypes:
		table = frappe.qb.DocType(doctype)
		frappe.qb.from_(table).delete().where(table.name.like(f"{PREFIX}%")).run()
		frappe.db.commit()


def remove(doctypes: Iterable[str]) -> None:
	"""Take out what `put` put in, and what was recorded of it since."""
	remove_rows(doctypes)
	for doctype, field in LEFT_BY_RUNS.items():
		frappe.db.delete(doctype, {field: ["like", f"{PREFIX}%"]})
		frappe.db.commit()


def stamp(name: str, moment: datetime, user: str, docstatus: int = 0) -> Row:
	"""Return the columns that every table has."""
	return {
		"name": f"{PREFIX}{name}",
		"creation": moment,
		"modified": moment,
		"owner": user,
		"modified_by": user,
		"docstatus": docstatus,
		"idx": 0,
	}


def child(row: Row, name: str, parenttype: str, parentfield: str) -> Row:
	"""Return the columns that every row of a child table of `row` has."""
	return {
		**{key: row[key] for key in ("creation", "modified", "owner", "modified_by", "docstatus")},
		"name": f"{PREFIX}{name}",
		"idx": 1,
		"parent": row["name"],
		"parenttype": parenttype,
		"parentfield": parentfield,
	}


def marker() -> Row:
	"""Return what the last filling of this site left behind: its sizes, and whether it came to its end."""
	return json.loads(frappe.db.get_global(MARKER) or "{}")


def mark(**values: Any) -> None:
	"""Leave the marker."""
	frappe.db.set_global(MARKER, json.dumps(values, sort_keys=True))
	frappe.db.commit()


def signs_of_work() -> Iterator[str]:
	"""Yield the DocTypes of which a site that is no benchmark's already has records."""
	for doctype in SIGNS_OF_WORK:
		if frappe.db.exists("DocType", doctype) and frappe.get_all(doctype, limit=1):
			yield doctype
