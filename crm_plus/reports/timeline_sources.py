"""The kinds of entries of the stream, one function each: where they are found, by which index, and what is told of them."""

from collections.abc import Callable
from typing import Any

import frappe
from frappe.query_builder.functions import Coalesce
from pypika import Case
from pypika.functions import Substring
from pypika.terms import Criterion, EmptyCriterion, ValueWrapper

from crm_plus.access.personal import reads_addresses
from crm_plus.reports.timeline_query import (
	LONGEST_BODY,
	Start,
	Stream,
	Window,
	captured_as,
	lane,
	not_captured,
	own_lane,
	readable,
	starts,
	together,
)
from crm_plus.reports.timeline_scope import DEAL, PROFILE, Scope

MAIL = "Communication"


def interactions(scope: Scope, window: Window) -> Stream | None:
	"""What happened or is planned: by their deal, or by whoever took part, so that a mail to ten people is one entry each."""
	kind, doctype = "interaction", "Interaction"
	may_read = readable(doctype)
	if may_read is None:
		return None
	table, mail = frappe.qb.DocType(doctype), frappe.qb.DocType(MAIL)
	is_ticket = table.source_doctype == "Issue" if window.only_tickets else EmptyCriterion()
	wanted = together(
		is_ticket,
		window.by(table.interaction_owner),
		window.says(table.subject, table.summary),
		may_read,
	)
	if scope.of_deal:
		lanes = [
			own_lane(window, kind, doctype, "starts_on", start, wanted)
			for start in starts("deal", scope.deals)
		]
	else:
		people = starts("customer_profile", scope.profiles)
		lanes = [_taking_part(window, start, wanted) for start in people]
	is_mail = table.source_doctype == MAIL
	columns = {
		"title": table.subject,
		"body": Substring(table.summary, 1, LONGEST_BODY),
		"who": table.interaction_owner,
		**{field: table[field] for field in ("status", "direction", "outcome", "deal")},
		"detail": table.interaction_type,
		"profile": table.customer_profile,
		"seconds": table.duration,
		"source": table.source_doctype,
		"about_doctype": table.source_doctype,
		"about_name": table.source_name,
		# Frappe lets a mail be opened by whoever may open the document that it is about.
		"gate_doctype": Case().when(is_mail, mail.reference_doctype).else_(table.source_doctype),
		"gate_name": Case().when(is_mail, mail.reference_name).else_(table.source_name),
	}
	joins = ((mail, is_mail & (mail.name == table.source_name)),)
	return Stream(kind, doctype, lanes, columns, joins)


def _taking_part(window: Window, start: Start, wanted: Criterion) -> Any:
	part, table = frappe.qb.DocType("Interaction Participant"), frappe.qb.DocType("Interaction")
	query = frappe.qb.from_(part)
	if not isinstance(wanted, EmptyCriterion):
		query = query.join(table).on(table.name == part.parent)
	return lane(window, "interaction", query, part.happened_on, part.parent, start(part), wanted)


def messages(scope: Scope, window: Window) -> Stream | None:
	"""Frappe's own messages on the records that are no interaction yet: those linked and those about them.

	They stand where Frappe stored them. What is an interaction is read along and left out: looking for the rest would
	mean to go through all messages of a customer.
	"""
	kind, table, link = "message", frappe.qb.DocType(MAIL), frappe.qb.DocType("Communication Link")
	is_one = table.communication_type.isin(["Communication", "Automated Message"])
	is_one &= Coalesce(table.email_status, "").notin(["Spam", "Trash"])
	wanted: Criterion = EmptyCriterion()
	deals = list(scope.deals) if scope.of_deal else []
	if window.is_searched:
		found = window.says(table.subject, _sender(table))
		wanted = together(is_one, window.by(table.owner), found, not_captured(MAIL, table.name, deals))
	lanes = [
		own_lane(window, kind, MAIL, "creation", start, wanted)
		for start in _starts_of_records(scope, "reference_doctype", "reference_name")
	]
	for start in _starts_of_records(scope, "link_doctype", "link_name"):
		query = frappe.qb.from_(link)
		if window.is_searched:
			query = query.join(table).on(table.name == link.parent)
		lanes.append(lane(window, kind, query, link.creation, link.parent, start(link), wanted))
	taken = frappe.qb.DocType("Interaction")
	columns = {
		"title": table.subject,
		"body": _sender(table),
		"who": table.owner,
		"direction": Case().when(table.sent_or_received == "Received", "Incoming").else_("Outgoing"),
		"detail": table.communication_medium,
		"source": ValueWrapper(MAIL),
		"about_doctype": ValueWrapper(MAIL),
		"about_name": table.name,
		"gate_doctype": table.reference_doctype,
		"gate_name": table.reference_name,
		"left_out": Case().when(is_one, taken.name).else_("other"),
	}
	joins = ((taken, captured_as(taken, MAIL, table.name, deals)),)
	return Stream(kind, MAIL, lanes, columns, joins)


def _sender(mail: Any) -> Any:
	"""Return what a message's sender is called; where that is his address, whoever may not see addresses is not told."""
	name = mail.sender_full_name
	return name if reads_addresses() else Case().when(name.like("%@%"), "").else_(name)


def outreaches(scope: Scope, window: Window) -> Stream | None:
	"""The mails to many that a customer got. Whoever may read the profile sees them; few may open the outreach itself."""
	if scope.of_deal:
		return None
	kind, doctype = "outreach", "Outreach Recipient"
	row, sent = frappe.qb.DocType(doctype), frappe.qb.DocType("Outreach")
	lanes = []
	for start in starts("customer_profile", scope.profiles):
		query = frappe.qb.from_(row)
		if window.is_searched:
			query = query.join(sent).on(sent.name == row.outreach)
		wanted = together(window.by(sent.author), window.says(sent.title))
		lanes.append(lane(window, kind, query, row.sent_on, row.name, start(row), wanted))
	columns = {
		"title": sent.title,
		"who": sent.author,
		"direction": ValueWrapper("Outgoing"),
		"detail": ValueWrapper("Email"),
		"outcome": Case().when(row.opted_out_on.isnotnull(), "Opted Out"),
		"profile": row.customer_profile,
		"about_doctype": ValueWrapper("Outreach"),
		"about_name": row.outreach,
	}
	return Stream(kind, doctype, lanes, columns, ((sent, sent.name == row.outreach),))


def follow_ups(scope: Scope, window: Window) -> Stream | None:
	"""What was promised: an open or cancelled one stands where it is due, a finished one where it was finished."""
	kind, doctype = "follow_up", "Follow Up"
	may_read = readable(doctype)
	if may_read is None:
		return None
	table = frappe.qb.DocType(doctype)
	wanted = together(
		window.by(table.assigned_to),
		window.says(table.subject, table.description, table.outcome_note),
		may_read,
	)
	owner = ("deal", scope.deals) if scope.of_deal else ("customer_profile", scope.profiles)
	moments = (("Open", "due_on"), ("Cancelled", "due_on"), ("Done", "completed_on"))
	lanes = [
		own_lane(window, kind, doctype, at, start, wanted)
		for status, at in moments
		for start in starts(*owner, _having("status", status))
	]
	columns = {
		"title": table.subject,
		"body": Coalesce(table.outcome_note, table.description),
		"who": table.assigned_to,
		**{field: table[field] for field in ("status", "outcome", "deal")},
		"detail": table.priority,
		"profile": table.customer_profile,
	}
	return Stream(kind, doctype, lanes, columns)


def stage_changes(scope: Scope, window: Window) -> Stream | None:
	"""The moves of deals between stages and of customers through their lifecycle, with their causes."""
	kind, doctype = "stage", "Stage Change"
	may_read = readable(doctype)
	if may_read is None:
		return None
	table, before, after = (
		frappe.qb.DocType(doctype),
		frappe.qb.DocType("Pipeline Stage").as_("stage_before"),
		frappe.qb.DocType("Pipeline Stage").as_("stage_after"),
	)
	wanted = together(window.by(table.changed_by), window.says(table.to_stage, table.note), may_read)
	lanes = [
		own_lane(window, kind, doctype, "changed_on", start, wanted)
		for start in _starts_of_records(scope, "reference_doctype", "reference_name")
	]
	columns = {
		"title": Coalesce(after.stage_name, table.to_stage),
		"body": table.note,
		"who": table.changed_by,
		"detail": Coalesce(before.stage_name, table.from_stage),
		"outcome": table.cause,
		"seconds": table.seconds_in_previous,
		"about_doctype": table.cause_doctype,
		"about_name": table.cause_name,
		**_record_columns(table.reference_doctype, table.reference_name),
	}
	joins = ((before, before.name == table.from_stage), (after, after.name == table.to_stage))
	return Stream(kind, doctype, lanes, columns, joins)


def comments(scope: Scope, window: Window) -> Stream:
	"""What people wrote on the records. Whoever may read the record may read them, as on Frappe's own forms."""
	table = frappe.qb.DocType("Comment")
	wanted = together(table.comment_type == "Comment", window.by(table.owner), window.says(table.content))
	lanes = [
		own_lane(window, "comment", "Comment", "creation", start, wanted)
		for start in _starts_of_records(scope, "reference_doctype", "reference_name")
	]
	columns = {
		"body": Substring(table.content, 1, LONGEST_BODY),
		"who": table.owner,
		**_record_columns(table.reference_doctype, table.reference_name),
	}
	return Stream("comment", "Comment", lanes, columns)


def files(scope: Scope, window: Window) -> Stream:
	"""What was attached to the records. Whoever may read the record may read them, as on Frappe's own forms."""
	table = frappe.qb.DocType("File")
	wanted = together(table.is_folder == 0, window.by(table.owner), window.says(table.file_name))
	fields = ("attached_to_doctype", "attached_to_name")
	lanes = [
		own_lane(window, "file", "File", "creation", start, wanted)
		for start in _starts_of_records(scope, *fields)
	]
	columns = {
		"title": Coalesce(table.file_name, table.file_url),
		"detail": table.file_url,
		"who": table.owner,
		**_record_columns(*(table[field] for field in fields)),
	}
	return Stream("file", "File", lanes, columns)


def _having(column: str, value: str) -> Start:
	return lambda table: table[column] == value


def _starts_of_records(scope: Scope, doctype_column: str, name_column: str) -> list[Start]:
	return [
		start
		for doctype in (PROFILE, DEAL)
		if (names := [name for of, name in scope.records if of == doctype])
		for start in starts(name_column, names, _having(doctype_column, doctype))
	]


def _record_columns(doctype: Any, name: Any) -> dict[str, Any]:
	return {
		"deal": Case().when(doctype == DEAL, name),
		"profile": Case().when(doctype == PROFILE, name),
	}


SOURCES: dict[str, Callable[[Scope, Window], Stream | None]] = {
	"interaction": interactions,
	"message": messages,
	"outreach": outreaches,
	"follow_up": follow_ups,
	"stage": stage_changes,
	"comment": comments,
	"file": files,
}
