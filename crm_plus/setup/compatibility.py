"""The one place that knows what differs between the versions of Frappe and ERPNext that we run on."""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any

import frappe
import frappe.client
from frappe import _
from frappe.desk.reportview import extract_fieldnames
from frappe.model.db_query import DatabaseQuery
from frappe.model.document import Document

from crm_plus.access.rows import RawCondition

SUPPORTED_MAJOR_VERSIONS = (15, 16)

# Where a Customer Profile keeps the name of each party that a quotation can be made to; the last two may vanish.
PROFILE_FIELDS = {
	"Customer": "erpnext_customer",
	"Lead": "erpnext_lead",
	"Prospect": "erpnext_prospect",
}
# What else of ERPNext's that may vanish tells of a person: the field with his address, those about him, and those that may name him.
PERSON_FIELDS = {
	"Opportunity": (
		"contact_email",
		("contact_display", "contact_mobile", "whatsapp", "phone", "job_title"),
		("title", "customer_name"),
	),
	"Issue": ("raised_by", ("subject", "description"), ("customer_name",)),
}
# Of PROFILE_FIELDS, what is the person himself, with the fields of his numbers.
PERSON_NUMBERS = {"Lead": ("mobile_no", "phone", "whatsapp_no")}


def check_versions() -> None:
	"""Raise frappe.ValidationError where Frappe lacks what we need, with a sentence that says so.

	Asks for features rather than numbers, so that a pre-release of a supported version is taken.
	"""
	if not hasattr(frappe.db, "after_commit"):
		frappe.throw(
			_("CRM Plus needs Frappe and ERPNext 15 or 16; this site runs {0}.").format(frappe.__version__)
		)


def no_objection() -> bool | None:
	"""Return what a `has_permission` hook answers that has nothing against it.

	Version 15 takes the first answer that is not None, so that a True would silence the hooks of other apps; version 16
	takes None for a no.
	"""
	return True if "print_logs" in inspect.signature(frappe.permissions.has_permission).parameters else None


def in_test() -> bool:
	"""Tell whether tests run in this process; version 16 says so on the module, 15 in the flags."""
	return bool(getattr(frappe, "in_test", False) or frappe.flags.in_test)


def is_asked_for_a_joined_table() -> bool:
	"""Tell whether a `permission_query_conditions` hook is asked for a table that a list joins to show a linked title.

	Version 16 asks there too, but joins the table under a name that it tells nobody: the condition would name a column
	that the query does not know, and hide rows for what they link. Only its caller knows the name: see `joined_tables`.
	"""
	# The first of either: what is built on its own from within is asked for no join.
	frame = _frame_of("get_permission_conditions", "build_match_conditions")
	table = frame.f_locals.get("table") if frame else None
	return bool(getattr(table, "alias", None))


# One column, with or without its table and another name.
PLAIN = re.compile(r"(`tab[\w -]+`\.)?`?\w+`?( as `?\w+`?)?")
# By which names both versions are told what a list shows and asks for.
ASKED_FOR = ("fields", "filters", "or_filters", "group_by", "order_by")
# What the search behind link fields puts before the columns that it ranks by: the words that somebody typed.
TYPED = re.compile(r"^\(1 / nullif\(locate\('([^'\\]|\\.|'')*',")


@dataclass(frozen=True)
class Asked:
	"""What a list asks for: the DocTypes whose tables it reads, and the texts in which a hidden field may stand."""

	tables: frozenset[str]
	texts: tuple[str, ...] = ()


def asked_list() -> Asked | None:
	"""Return what the list asks for that a `permission_query_conditions` hook is called for; None where there is none.

	Frappe tells the hook no more than the DocType. Version 16 checks the fields of filters, order and groups itself.
	"""
	query = _query_asked_for()
	if isinstance(query, DatabaseQuery):
		joined = {link.doctype for link in query.link_tables}
		tables = {query.doctype, *(table.strip("`")[3:] for table in query.tables), *joined}
		return Asked(frozenset(tables), tuple(_texts(query)))
	if not hasattr(query, "get_queried_tables"):  # version 16's
		return None
	sources = [*query.query._from, *(join.item for join in query.query._joins)]
	# Without the other name that a joined table may have in the query.
	names = [getattr(source, "_table_name", "") for source in sources]
	shown = [getattr(field, "doctype", None) for field in getattr(query, "fields", [])]
	tables = {query.doctype, *(name[3:] for name in names if name.startswith("tab")), *filter(None, shown)}
	return Asked(frozenset(tables))


def _query_asked_for() -> Any:
	frame = inspect.currentframe()
	while frame and not (
		frame.f_code.co_name == "get_permission_query_conditions" and "self" in frame.f_locals
	):
		frame = frame.f_back
	return frame.f_locals["self"] if frame else None


@dataclass(frozen=True)
class Joined:
	"""A table that a list joins by a Link field, for more of what that names than the name."""

	doctype: str
	# Whose list it is, and all columns of the table that it shows, or asks, sorts or groups by.
	of: str
	columns: frozenset[str]
	# Takes a condition on the DocType's rows; of one that it does not hold for, the list then shows nothing.
	narrow: Callable[[str], None]


def joined_tables() -> Iterator[Joined]:
	"""Yield the tables that a list joins, from within a `permission_query_conditions` hook.

	Version 15 joins every row, whoever may read it; version 16 leaves out the list's own rows for what they name.
	"""
	query = _query_asked_for()
	if isinstance(query, DatabaseQuery):
		text = str([getattr(query, part, None) for part in ASKED_FOR]) if query.link_tables else ""
		for link in query.link_tables:
			columns = re.findall(rf"{re.escape(link.table_alias)}\.`?(\w+)", text)
			yield Joined(link.doctype, query.doctype, frozenset(columns), partial(_narrow_on_15, link))
		return
	frame = _frame_of("apply_join")
	if frame and frame.f_locals.get("engine") is query and hasattr(frame.f_locals["self"], "link_fieldname"):
		joined, asked = frame.f_locals["self"], _frame_of("get_query", since=frame)
		text = str([asked.f_locals.get(part) for part in ASKED_FOR]) if asked else ""
		columns = re.findall(rf"\b{joined.link_fieldname}(?:`|')?\.`?(\w+)", text)
		join = frame.f_locals["query"]._joins[-1]
		narrow = partial(_narrow_on_16, join, frame.f_locals["table"].alias, joined.doctype)
		yield Joined(joined.doctype, joined.parent_doctype, frozenset(columns), narrow)


def _narrow_on_15(link: Any, condition: str) -> None:
	if not link.table_name.startswith("("):
		link.table_name = f"(select * from {link.table_name} where {condition})"


def _narrow_on_16(join: Any, alias: str, doctype: str, condition: str) -> None:
	names = f"select `tab{doctype}`.`name` from `tab{doctype}` where {condition}"
	join.criterion &= RawCondition(f"`{alias}`.`name` in ({names})")


def _frame_of(*functions: str, since: FrameType | None = None) -> FrameType | None:
	"""Return the innermost running call of a function of one of these names, of those that called `since`."""
	frame = since or inspect.currentframe()
	while frame and frame.f_code.co_name not in functions:
		frame = frame.f_back
	return frame


def leave_out_hidden_columns() -> None:
	"""Leave out of a list what its reader's levels hide, before Frappe does, from within the same hook as `asked_list`.

	Version 15 looks through the columns while it takes hidden ones out of them, and so passes over the one behind each.
	"""
	query = _query_asked_for()
	# A condition that is built on its own has no columns; a list of lists keeps the place of each.
	if not isinstance(query, DatabaseQuery) or getattr(query, "as_list", True):
		return
	before: list[str] = []
	while query.fields != before:
		before = list(query.fields)
		query.apply_fieldlevel_read_permissions()


def _texts(query: DatabaseQuery) -> Iterator[str]:
	for asked in (*(getattr(query, "filters", None) or ()), *(getattr(query, "or_filters", None) or ())):
		# (DocType,) field, operator, value, and what else the page sends along; the value is free.
		yield " ".join(map(str, list(asked) if isinstance(asked, dict) else asked[:4][:-1]))
	yield from (
		str(text) for text in (getattr(query, "group_by", ""), getattr(query, "order_by", "")) if text
	)
	for field in query.fields or ():
		# Of what is shown, version 15 checks the first column alone, and in a product none.
		if field and not PLAIN.fullmatch(field) and ("*" in field or len(extract_fieldnames(field)) != 1):
			yield TYPED.sub("", field)


def count_readable(doctype: str, filters: Any) -> int | None:
	"""Return how many records the user may list; version 15 takes an aggregate as text alone, version 16 refuses that."""
	number = {"COUNT": "*", "as": "number"} if no_objection() else "count(*) as number"
	return frappe.get_list(doctype, filters=filters, fields=[number], order_by=None)[0].number


def doctype_exists(doctype: str) -> bool:
	"""Tell whether a DocType that may vanish from ERPNext is on this site."""
	return bool(frappe.db.exists("DocType", doctype))


def desktop_doctypes() -> list[str]:
	"""Return what an app has on version 16's desktop besides its workspaces; version 15 has no such desktop."""
	return ["Desktop Icon", "Workspace Sidebar"] if doctype_exists("Workspace Sidebar") else []


# The Customer's own fields for the records that it was made from.
CUSTOMER_ORIGINS = {"erpnext_lead": "lead_name", "erpnext_prospect": "prospect_name"}
PROSPECT = "Prospect"


def quotes_go_to_prospects() -> bool:
	"""Tell whether the site wants quotations made out to a Prospect, and still has that DocType."""
	wanted = frappe.db.get_single_value("CRM Plus Settings", "quote_to") == PROSPECT
	return wanted and doctype_exists(PROSPECT)


def customer_origins() -> dict[str, str]:
	"""Return those of CUSTOMER_ORIGINS that this version's Customer still has."""
	meta = frappe.get_meta("Customer")
	return {ours: theirs for ours, theirs in CUSTOMER_ORIGINS.items() if meta.has_field(theirs)}


# ERPNext's field for where a sale came from, newest name first: (fieldname, its DocType, that DocType's title field).
MARKETING_FIELDS = {
	"source": (("utm_source", "UTM Source", ""), ("source", "Lead Source", "source_name")),
	"campaign": (("utm_campaign", "UTM Campaign", ""), ("campaign", "Campaign", "campaign_name")),
}


def set_source_and_campaign(doc: Document, source: str | None, campaign: str | None) -> None:
	"""Put source and campaign into the fields that this version's `doc` has for them; nothing where it has none."""
	for kind, value in (("source", source), ("campaign", campaign)):
		for fieldname, doctype, title_field in MARKETING_FIELDS[kind]:
			if value and doc.meta.has_field(fieldname) and doctype_exists(doctype):
				doc.set(fieldname, _master(doctype, title_field, value))
				break


def _master(doctype: str, title_field: str, value: str) -> str:
	"""Return the record of a small master that is called `value`, made where it is missing."""
	if frappe.db.exists(doctype, value):
		return value
	found = frappe.db.get_value(doctype, {title_field: value}) if title_field else None
	if found:
		return found
	doc = frappe.get_doc({"doctype": doctype, **({title_field: value} if title_field else {"name": value})})
	doc.insert(
		ignore_permissions=True
	)  # safe: a copy of a value that somebody was allowed to put on the deal
	return doc.name
