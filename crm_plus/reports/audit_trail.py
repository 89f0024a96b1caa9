"""Who did what to which record: Frappe's own logs and our stage changes as one stream, newest first.

Managers see what the people they lead did, to records that they may read; who sees everybody's records sees all of it. Of
records that are not ours a manager is told as far as he may read their kind, of sign-ins those of the people he leads; a System
Manager is told all. Times are the site's.

How long Access Log, Activity Log, View Log and Deleted Document are kept is said in Frappe's Log Settings, and they stay for
good where these do not name them. Version and Stage Change stay for good in any case: Frappe clears no Version, and reports
are made of Stage Changes.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, getdate, strip_html
from pypika import Order
from pypika.terms import EmptyCriterion

from crm_plus.access import audit
from crm_plus.access.belongings import belongs_to_readable
from crm_plus.access.reading_as import rows_for_every_reader
from crm_plus.access.rows import readable_fields
from crm_plus.access.teams import sight_of
from crm_plus.access.visibility import KINDS
from crm_plus.reports.report_scope import asked_day
from crm_plus.rules.exported_files import WAYS

MODULE, REPORT = "CRM Plus", "Audit Trail"
LIMIT = 1000
DAYS = 7
SHOWN_CHANGES = 6
# So many seconds lie at most between asking for an export and having it.
APART = 300
Row = dict[str, Any]


@dataclass(frozen=True)
class Log:
	"""One log: where it keeps time, person and record, what else it says, and how that is put into words."""

	action: str
	when: str
	who: str
	doctype: str
	name: str
	more: tuple[str, ...]
	words: Callable[[Any], str]


@dataclass(frozen=True)
class Asked:
	"""What is asked for: days (both included), and optionally a person, a DocType, a record, an action."""

	since: date
	until: date
	user: str = ""
	doctype: str = ""
	name: str = ""
	action: str = ""


def audit_trail(filters: dict[str, Any] | None) -> tuple[list[Row], bool]:
	"""Return the newest 1,000 rows, and whether there are more.

	Raises frappe.ValidationError for days that are none, frappe.PermissionError where it is mailed to who may not open it.
	"""
	asked = read_filters(filters or {})
	rows = rows_for_every_reader(REPORT, lambda: newest_rows(asked))
	return rows[:LIMIT], len(rows) > LIMIT


def newest_rows(asked: Asked) -> list[Row]:
	"""Return the newest rows that the session's user may be told, more than are shown where there are more."""
	rows: list[Row] = []
	for table, log in LOGS.items():
		if asked.action in ("", log.action):
			rows += _rows_of(table, log, asked)
	return sorted(rows, key=lambda row: row["when"], reverse=True)[: LIMIT + 1]


def read_filters(filters: dict[str, Any]) -> Asked:
	"""Return what is asked for, unless said otherwise the seven days up to today, or up to the day that is said."""
	since, until = asked_day(filters.get("from_date")), asked_day(filters.get("to_date"))
	until = until or max(since or getdate(), getdate())
	since = since or until - timedelta(days=DAYS)
	if since > until:
		frappe.throw(_("The period ends before it begins: choose a later end."))
	texts = {key: str(filters.get(key) or "") for key in ("user", "doctype", "name", "action")}
	return Asked(since, until, **texts)


def _rows_of(table: str, log: Log, asked: Asked) -> list[Row]:
	record = frappe.qb.DocType(table)
	when, who = record[log.when], record[log.who]
	query = (
		frappe.qb.from_(record)
		.select(when.as_("when"), who.as_("who"), record[log.doctype].as_("doctype"))
		.select(record[log.name].as_("name"), *(record[field].as_(f"more_{field}") for field in log.more))
		.where((when >= asked.since) & (when < add_days(asked.until, 1)))
		.orderby(when, order=Order.desc)
		.limit(LIMIT + 1)
	)
	for column, value in ((who, asked.user), (record[log.name], asked.name)):
		if value:
			query = query.where(column == value)
	query = _of_doctypes(query, record, log, asked)
	rows = _in_sight(query, record, log).run(as_dict=True)
	return [_row(log, row) for row in (said_once(rows) if log.action == EXPORTED else rows)]


def said_once(rows: list[Any]) -> list[Any]:
	"""Leave out that an export was asked for where it is noted as well how many rows it took, up to five minutes apart.

	Frappe notes the first, and of reports and refused exports only that; api/exports.py notes the second.
	"""
	counted = [row for row in rows if row.more_page and row.more_method in WAYS]
	doubles = set()
	for taken in counted:
		asked = (number for number, row in enumerate(rows) if number not in doubles and _is_same(row, taken))
		doubles |= {next(asked, -1)}
	return [row for number, row in enumerate(rows) if number not in doubles]


def _is_same(asked: Any, taken: Any) -> bool:
	"""Tell whether a row says that what another says was taken had been asked for."""
	if asked.more_page or asked.name or asked.more_method not in (None, "", "Export"):
		return False
	of = "more_report_name" if taken.more_report_name else "doctype"
	apart = abs((asked.when - taken.when).total_seconds())
	return asked.who == taken.who and asked[of] == taken[of] and apart <= APART


def _of_doctypes(query: Any, record: Any, log: Log, asked: Asked) -> Any:
	column, user = record[log.doctype], frappe.session.user
	told = audit.of_told_doctypes(column, user)
	if asked.doctype:
		of_records = audit.of_told_records(record[log.name], asked.doctype, user)
		return query.where(column == asked.doctype).where(told).where(of_records)
	if isinstance(told, EmptyCriterion) and log.action in (LOGGED_IN, EXPORTED):
		return query
	if log.action == EXPORTED:
		return query.where(told | audit.of_told_reports(record.report_name, user))
	if log.action == LOGGED_IN:
		return query.where(told | column.isnull() | (column == "")).where(_of_led(record[log.who]))
	return query.where(column.isin(frappe.get_all("DocType", {"module": MODULE}, pluck="name")))


def _of_led(who: Any) -> Any:
	user = frappe.session.user
	return who.isin(sorted({user, *sight_of(user).led}))


def _in_sight(query: Any, record: Any, log: Log) -> Any:
	"""Leave out what people did whom the reader does not lead, and what was done to records that he may not read."""
	user = frappe.session.user
	sight = sight_of(user)
	if user == "Administrator" or sight.all:
		return query
	query = query.where(_of_led(record[log.who]))
	for kind in KINDS if log.action != DELETED else ():
		readable = belongs_to_readable(record[log.name], kind, user)
		if readable is not None and not isinstance(readable, EmptyCriterion):
			query = query.where((record[log.doctype] != kind) | record[log.doctype].isnull() | readable)
	return query


def _row(log: Log, row: Any) -> Row:
	return {
		"when": row.when,
		"who": row.who,
		"action": log.action,
		"record_type": row.doctype,
		"record": row.name,
		"details": strip_html(log.words(row)),  # what people wrote, as text
	}


def _changes(row: Any) -> str:
	"""Return which fields changed from what to what; those that the reader's levels hide are left out."""
	try:
		changed = json.loads(row.more_data or "{}").get("changed") or []
	except ValueError:
		return ""
	known = readable_fields(row.doctype)
	parts = [
		f"{_(frappe.get_meta(row.doctype).get_label(field))}: {old or '-'} → {new or '-'}"
		for field, old, new in changed
		if field in known
	]
	more = [f"+ {len(parts) - SHOWN_CHANGES}"] if len(parts) > SHOWN_CHANGES else []
	return "; ".join([*parts[:SHOWN_CHANGES], *more])


def _export(row: Any) -> str:
	parts = (row.more_file_type, row.more_report_name, row.more_page, row.more_method, row.more_filters)
	return "; ".join(str(part) for part in parts if part and part != "[]")[:500]


def _sign_in(row: Any) -> str:
	address = row.more_ip_address if audit.reads_every_log(frappe.session.user) else None
	return " ".join(filter(None, (row.more_operation, row.more_status, address)))


def _move(row: Any) -> str:
	# What begins with "-" a spreadsheet would take for a formula.
	moved = f"{row.more_from_stage or ''} → {row.more_to_stage or '-'}".lstrip()
	return f"{moved} ({_(row.more_cause)})" if row.more_cause else moved


CHANGED, EXPORTED, LOGGED_IN = "Changed", "Exported or Printed", "Signed In or Out"
VIEWED, MOVED, DELETED = "Viewed", "Moved", "Deleted"
LOGS = {
	"Version": Log(CHANGED, "modified", "owner", "ref_doctype", "docname", ("data",), _changes),
	"Access Log": Log(
		*(EXPORTED, "modified", "user", "export_from", "reference_document"),
		("file_type", "report_name", "page", "method", "filters"),
		_export,
	),
	"Activity Log": Log(
		*(LOGGED_IN, "modified", "user", "reference_doctype", "reference_name"),
		("operation", "status", "ip_address"),
		_sign_in,
	),
	"View Log": Log(
		VIEWED, "modified", "viewed_by", "reference_doctype", "reference_name", (), lambda row: ""
	),
	"Stage Change": Log(
		*(MOVED, "changed_on", "changed_by", "reference_doctype", "reference_name"),
		("from_stage", "to_stage", "cause"),
		_move,
	),
	"Deleted Document": Log(
		DELETED, "modified", "owner", "deleted_doctype", "deleted_name", (), lambda row: ""
	),
}
