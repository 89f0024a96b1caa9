"""What invoices of a period bill of deals, and what of it is paid, by where the deals came from. Amounts without taxes.

The invoices count as facts of their deal: who may read the deal may know what it was billed. A returned part is taken off.
What is collected and open is what the payment ledger says by now; what is neither was credited or written off. Dated by
payments, the report says instead what came in within the period, of invoices of any day.
"""

from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt
from pypika import Case
from pypika.functions import Coalesce, Count, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Term

from crm_plus.reports.document_money import is_of_an_invoice, moves_money, paid_at_the_till, part_of_total
from crm_plus.reports.report_groups import (
	behind_filters,
	chosen_group,
	group_labels,
	group_term,
	in_order,
	one_group,
	with_own,
)
from crm_plus.reports.report_money import books_money, refuse_hidden_ledger
from crm_plus.reports.report_parts import is_chart_only
from crm_plus.reports.report_scope import Scope, deal_rows, on_days, read_scope
from crm_plus.rules.forecast import percent

INVOICE = "Invoice"
GROUPS = ("Source", "Campaign", "Owner", "Pipeline", "Company", "Customer", "Deal", INVOICE)
INVOICES, PAYMENTS = "Invoices", "Payments"
# By which days the figures are dated, and the amounts that there are then.
AMOUNTS = {INVOICES: ("revenue", "collected", "open"), PAYMENTS: ("collected",)}


def revenue_by_source(
	filters: dict[str, Any] | None,
) -> tuple[Scope, str, list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, the group, a row a group, and the total; the filter `behind` ("Source=Website") narrows to one.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal,
	or not what the ledger says of deals.
	"""
	refuse_hidden_ledger()
	scope, dated = read_scope(filters), dated_by(filters)
	group = chosen_group(filters, with_own(GROUPS))
	behind, drawn = str((filters or {}).get("behind") or ""), is_chart_only(filters)
	found = [
		{"value": row["value"], **{key: flt(row.get(key)) for key in ("deals", "invoices", *AMOUNTS[dated])}}
		for row in (read_drawn if drawn and group != INVOICE else read)(scope, group, behind, dated)
	]
	values = [row["value"] for row in found]
	labels = dict(zip(values, values, strict=True)) if group == INVOICE else group_labels(group, values)
	total = {key: sum(row[key] for row in found) for key in ("deals", "invoices", *AMOUNTS[dated])}
	rows = [
		{
			**shown(row, total),
			**{"group": labels[row["value"]], "value": row["value"]},
			"drill": drill(scope, group, row["value"], dated),
		}
		for row in in_order(group, found, AMOUNTS[dated][0])
	]
	# One invoice may bill deals of several groups, and a deal may be billed by several invoices: these do not add up.
	mixed = {"deals": None, "per_deal": None} if group == INVOICE else {"invoices": None}
	whole = {**shown(total, total), **mixed, "drill": drill(scope, "", "", dated)}
	return scope, group, rows, whole


def collected(*asked: dict[str, Any] | None) -> list[float]:
	"""Return what came in within each of some periods on invoices of deals, of all together; raises as `revenue_by_source`.

	What is asked differs in the period alone. Only where rates changed between the periods each is asked for by itself.
	"""
	refuse_hidden_ledger()
	scopes = [read_scope(filters) for filters in asked]
	if any(scope.rates != scopes[0].rates for scope in scopes):
		return [amount for scope in scopes for amount in came_together([scope])]
	return came_together(scopes)


def came_together(scopes: Sequence[Scope]) -> list[float]:
	"""Return what came in within the period of each scope, from the payments on: an invoice of no deal is not looked up."""
	deal, invoice, row = (frappe.qb.DocType(name) for name in ("Deal", "Sales Invoice", "Sales Invoice Item"))
	paid = payments(*scopes).as_("paid")
	net = books_money(scopes[0], invoice, row.base_net_amount) * part_of_total(paid.amount, invoice)
	found = (
		frappe.qb.from_(paid)
		.modifier("STRAIGHT_JOIN")
		.join(row)
		.on(row.parent == paid.invoice)
		.join(deal)
		.on(deal.name == row.crm_plus_deal)
		.join(invoice)
		.on(invoice.name == row.parent)
		.select(*(Sum(Case().when(on_days(paid.day, each.first, each.last), net)) for each in scopes))
		.where(deal_rows(scopes[0], deal) & (invoice.docstatus == 1))
		.run()
	)
	return [flt(amount) for amount in found[0]]


def dated_by(filters: dict[str, Any] | None) -> str:
	"""Return whether the days of invoices or of payments count. Raises frappe.ValidationError for anything else."""
	chosen = str((filters or {}).get("dated_by") or INVOICES)
	if chosen not in AMOUNTS:
		frappe.throw(_("The report is dated by {0} or by {1}: choose one.").format(_(INVOICES), _(PAYMENTS)))
	return chosen


def shown(sums: dict[str, Any], total: dict[str, Any]) -> dict[str, Any]:
	"""Return what is shown of sums; what came in says nothing of what was billed."""
	billed = {}
	if "revenue" in sums:
		billed = {key: sums[key] for key in ("revenue", "open")}
		billed["written_off"] = sums["revenue"] - sums["collected"] - sums["open"]
	return {
		**{key: int(sums[key]) for key in ("deals", "invoices")},
		**billed,
		"collected": sums["collected"],
		"share": percent(sums["collected"], total["collected"]),
		"per_deal": sums["collected"] / sums["deals"] if sums["deals"] else None,
	}


def drill(scope: Scope, group: str, value: Any, dated: str) -> dict[str, Any]:
	"""Return the filters by which this report lists the deals and the invoices behind a group, behind a deal its invoices."""
	more = {"dated_by": dated} if dated != INVOICES else {}
	deals, invoices = ({**behind_filters(scope, each, group, value), **more} for each in ("Deal", INVOICE))
	amounts = ("written_off", *AMOUNTS[dated], "share")
	if group == "Deal":
		return dict.fromkeys(("invoices", *amounts), invoices)
	return {
		**dict.fromkeys(("deals", "per_deal", *amounts), deals),
		**({} if group == INVOICE else {"invoices": invoices}),
	}


def group_terms(deal: Any, invoice: Any) -> dict[str, Term]:
	"""Return the expression of each group."""
	return {each: invoice.name if each == INVOICE else group_term(each, deal) for each in with_own(GROUPS)}


def read(scope: Scope, group: str, behind: str, dated: str) -> list[dict[str, Any]]:
	"""Return the sums of each group, in one query whatever the number of invoices."""
	query, deal, invoice, net = billing_rows(scope)
	query = query.select(Count(deal.name).distinct().as_("deals"))
	query = query.select(Count(invoice.name).distinct().as_("invoices"))
	query = (billed if dated == INVOICES else came_in)(query, scope, invoice, net)
	return grouped(query, group, behind, group_terms(deal, invoice)).run(as_dict=True)


def read_drawn(scope: Scope, group: str, behind: str, dated: str) -> list[dict[str, Any]]:
	"""Return the same sums without the counts, which no chart says. Only a deal that is also billed on other days is looked up."""
	query, deal, invoice, net = billing_rows(scope)
	groups = group_terms(deal, invoice)
	if dated == PAYMENTS:
		return grouped(came_in(query, scope, invoice, net), group, behind, groups).run(as_dict=True)
	begun, ended = deal.billed_from >= scope.first, deal.billed_until <= scope.last
	touched = (deal.billed_from <= scope.last) & (deal.billed_until >= scope.first)
	in_part = billed(query.where(touched & (begun & ended).negate()), scope, invoice, net)
	whole = billed_deals(scope, deal).where(begun & on_days(deal.billed_until, scope.first, scope.last))
	found: dict[Any, dict[str, Any]] = {}
	for each in (whole, in_part):
		for row in grouped(each, group, behind, groups).run(as_dict=True):
			added = found.setdefault(row["value"], {"value": row["value"]})
			added.update({key: flt(added.get(key)) + flt(row[key]) for key in AMOUNTS[dated]})
	return list(found.values())


def grouped(query: QueryBuilder, group: str, behind: str, groups: dict[str, Term]) -> QueryBuilder:
	"""Return the query by a group, or of the one that is looked behind."""
	value, own = groups[group], one_group(behind, groups)
	query = query.select(value.as_("value")).groupby(value)
	return query.where(own) if own is not None else query


def billed_deals(scope: Scope, deal: Any) -> QueryBuilder:
	"""Return what all invoices of readable deals bill, and what of it is paid and open, as it stands on the deals."""
	fields = {"revenue": deal.invoiced_net, "collected": deal.paid_net, "open": deal.outstanding_net}
	sums = (Sum(books_money(scope, deal, amount)).as_(key) for key, amount in fields.items())
	return frappe.qb.from_(deal).select(*sums).where(deal_rows(scope, deal))


def billing_rows(scope: Scope) -> tuple[QueryBuilder, Any, Any, Any]:
	"""Return the rows of submitted invoices that bill readable deals, with deal, invoice, and what each row bills."""
	deal, invoice, row = (frappe.qb.DocType(name) for name in ("Deal", "Sales Invoice", "Sales Invoice Item"))
	query = (
		frappe.qb.from_(invoice)
		.join(row)
		.on(row.parent == invoice.name)
		.join(deal)
		.on(deal.name == row.crm_plus_deal)
		.where(deal_rows(scope, deal) & (invoice.docstatus == 1))
	)
	return query, deal, invoice, books_money(scope, invoice, row.base_net_amount)


def billed(query: QueryBuilder, scope: Scope, invoice: Any, net: Any) -> QueryBuilder:
	"""Add what invoices of the period bill, and what of it the payment ledger holds paid and open."""
	settled = ledger_of_invoices().as_("settled")
	paid = Coalesce(settled.paid, 0) + paid_at_the_till(invoice)
	return (
		query.left_join(settled)
		.on(settled.invoice == invoice.name)
		.select(Sum(net).as_("revenue"), Sum(net * part_of_total(paid, invoice)).as_("collected"))
		.select(Sum(net * part_of_total(settled.open, invoice)).as_("open"))
		.where(on_days(invoice.posting_date, scope.first, scope.last))
	)


def ledger_of_invoices() -> QueryBuilder:
	"""What the payment ledger says of each invoice: paid, and still open; in company currency.

	The database asks it for each invoice that it joins, along the ledger's index.
	"""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	paid = Case().when(moves_money(entry), entry.amount * -1).else_(0)
	return (
		frappe.qb.from_(entry)
		.select(entry.against_voucher_no.as_("invoice"), Sum(paid).as_("paid"), Sum(entry.amount).as_("open"))
		.where(is_of_an_invoice(entry))
		.groupby(entry.against_voucher_no)
	)


def came_in(query: QueryBuilder, scope: Scope, invoice: Any, net: Any) -> QueryBuilder:
	"""Add what payments of the period settled."""
	paid = payments(scope).as_("paid")
	return (
		query.join(paid)
		.on(paid.invoice == invoice.name)
		.select(Sum(net * part_of_total(paid.amount, invoice)).as_("collected"))
	)


def payments(*scopes: Scope) -> QueryBuilder:
	"""What came in on each invoice within the periods, and when, by the ledger and at the till; in company currency."""
	entry, invoice = frappe.qb.DocType("Payment Ledger Entry"), frappe.qb.DocType("Sales Invoice")
	means = frappe.qb.DocType("Sales Invoice Payment")
	of_invoices = means.parenttype == "Sales Invoice"
	by_ledger = (
		frappe.qb.from_(entry)
		.select(entry.against_voucher_no.as_("invoice"), (entry.amount * -1).as_("amount"))
		.select(entry.posting_date.as_("day"))
		.where(is_of_an_invoice(entry) & moves_money(entry))
		.where(Criterion.any(on_days(entry.posting_date, each.first, each.last) for each in scopes))
	)
	at_the_till = (
		frappe.qb.from_(invoice)
		.select(invoice.name.as_("invoice"), paid_at_the_till(invoice).as_("amount"))
		.select(invoice.posting_date.as_("day"))
		.where((invoice.docstatus == 1) & (invoice.is_pos == 1))
		# ERPNext submits none that says nothing of how it was paid; where nobody sells at a till no invoice is looked up.
		.where(invoice.name.isin(frappe.qb.from_(means).select(means.parent).where(of_invoices)))
		.where(Criterion.any(on_days(invoice.posting_date, each.first, each.last) for each in scopes))
	)
	return by_ledger * at_the_till
