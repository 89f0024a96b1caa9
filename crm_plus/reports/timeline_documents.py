"""ERPNext's documents as kinds of entries of the stream, one function each.

Those behind a deal are found by name, those of a customer by its parties and their day. Amounts are in the document's
own currency. A document that the reader may not read is no entry.
"""

from collections.abc import Callable
from typing import Any

import frappe
from frappe.query_builder.functions import Coalesce
from pypika import Case
from pypika.functions import NullIf

from crm_plus.reports.timeline_query import (
	Start,
	Stream,
	Window,
	dated_lane,
	lane,
	moment_of,
	not_captured,
	own_lane,
	readable,
	starts,
	together,
)
from crm_plus.reports.timeline_scope import Scope
from crm_plus.setup.compatibility import doctype_exists


def quotations(scope: Scope, window: Window) -> Stream | None:
	"""What was quoted, also to whatever the customer was before it was a customer."""
	table = frappe.qb.DocType("Quotation")
	parties = [
		start
		for kind in dict(scope.parties)
		for start in starts("party_name", scope.parties_of(kind), _of("quotation_to", kind), most=1)
	]
	return _documents(scope, window, "quotation", "Quotation", "transaction_date", parties, _sales(table))


def orders(scope: Scope, window: Window) -> Stream | None:
	"""What was ordered."""
	return _of_customer(scope, window, "order", "Sales Order", "transaction_date")


def deliveries(scope: Scope, window: Window) -> Stream | None:
	"""What was delivered."""
	return _of_customer(scope, window, "delivery", "Delivery Note", "posting_date")


def invoices(scope: Scope, window: Window) -> Stream | None:
	"""What was invoiced, returns included."""
	return _of_customer(scope, window, "invoice", "Sales Invoice", "posting_date")


def payments(scope: Scope, window: Window) -> Stream | None:
	"""What was paid, or paid back."""
	table = frappe.qb.DocType("Payment Entry")
	parties = starts("party", scope.parties_of("Customer"), _of("party_type", "Customer"), most=1)
	columns = {
		"amount": table.received_amount,
		"currency": table.paid_to_account_currency,
		"detail": table.payment_type,
		"status": table.status,
	}
	return _documents(scope, window, "payment", "Payment Entry", "posting_date", parties, columns)


def journals(scope: Scope, window: Window) -> Stream | None:
	"""What settled a deal's invoices by a journal; on a customer's page these are part of the ledger alone."""
	table = frappe.qb.DocType("Journal Entry")
	columns = {"amount": table.total_debit, "detail": table.voucher_type}
	return _documents(scope, window, "journal", "Journal Entry", "posting_date", [], columns)


def tickets(scope: Scope, window: Window) -> Stream | None:
	"""ERPNext's Issues of a customer, where it has them, that are no interaction (yet)."""
	kind, doctype = "ticket", "Issue"
	may_read = readable(doctype) if scope.parties_of("Customer") and doctype_exists(doctype) else None
	if may_read is None:
		return None
	table, taken = frappe.qb.DocType(doctype), frappe.qb.DocType("Interaction")
	wanted = may_read
	if window.is_searched:
		found = window.says(table.subject, table.name)
		wanted = together(window.by(table.owner), found, not_captured(doctype, table.name), may_read)
	lanes = [
		own_lane(window, kind, doctype, "creation", start, wanted)
		for start in starts("customer", scope.parties_of("Customer"))
	]
	columns = {
		"title": table.subject,
		"who": table.owner,
		"status": table.status,
		"detail": table.priority,
		"left_out": taken.name,
	}
	joins = ((taken, (taken.source_doctype == doctype) & (taken.source_name == table.name)),)
	return Stream(kind, doctype, lanes, columns, joins)


def _of_customer(scope: Scope, window: Window, kind: str, doctype: str, day: str) -> Stream | None:
	table = frappe.qb.DocType(doctype)
	parties = starts("customer", scope.parties_of("Customer"), most=1)
	return _documents(scope, window, kind, doctype, day, parties, _sales(table))


def _of(column: str, value: str) -> Start:
	return lambda table: table[column] == value


def _sales(table: Any) -> dict[str, Any]:
	return {
		"amount": Coalesce(NullIf(table.rounded_total, 0), table.grand_total),
		"currency": table.currency,
		"status": table.status,
	}


def _documents(
	scope: Scope,
	window: Window,
	kind: str,
	doctype: str,
	day: str,
	parties: list[Start],
	columns: dict[str, Any],
) -> Stream | None:
	names = scope.documents.get(doctype, [])
	may_read = readable(doctype) if names or parties else None
	if may_read is None:
		return None
	table = frappe.qb.DocType(doctype)
	wanted = together(window.by(table.owner), window.says(table.name), may_read)
	if names:
		query, at = frappe.qb.from_(table), moment_of(table, day)
		lanes = [lane(window, kind, query, at, table.name, table.name.isin(sorted(names)), wanted)]
	else:
		lanes = [dated_lane(window, kind, doctype, day, start, wanted) for start in parties]
	status = Case().when(table.docstatus == 2, "Cancelled").when(table.docstatus == 0, "Draft")
	columns = {"title": table.name, "who": table.owner, "status": "", **columns}
	columns["status"] = status.else_(columns["status"] or "Submitted")
	return Stream(kind, doctype, lanes, columns)


SOURCES: dict[str, Callable[[Scope, Window], Stream | None]] = {
	"quotation": quotations,
	"order": orders,
	"delivery": deliveries,
	"invoice": invoices,
	"payment": payments,
	"journal": journals,
	"ticket": tickets,
}
