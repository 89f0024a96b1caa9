"""What invoices of a period bill of deals, and what of it is paid, by where the deals came from. Amounts without taxes.

The invoices count as facts of their deal: who may read the deal may know what it was billed. A returned part is taken off.
"""

from typing import Any

import frappe
from frappe.utils import flt
from pypika import Case
from pypika.functions import Coalesce, Count, NullIf, Sum
from pypika.terms import Term

from crm_plus.reports.report_groups import (
	behind_filters,
	chosen_group,
	group_labels,
	group_term,
	in_order,
	one_group,
)
from crm_plus.reports.report_money import books_money, refuse_hidden_ledger
from crm_plus.reports.report_scope import Scope, deal_rows, on_days, read_scope
from crm_plus.rules.forecast import percent

GROUPS = ("Source", "Campaign", "Owner", "Pipeline", "Company", "Customer", "Deal")
SUMS = ("deals", "invoices", "revenue", "collected")


def revenue_by_source(
	filters: dict[str, Any] | None,
) -> tuple[Scope, str, list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, the group, a row a group, and the total; the filter `behind` ("Source=Website") narrows to one.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal,
	or not what the ledger says of deals.
	"""
	refuse_hidden_ledger()
	scope, chosen = read_scope(filters), dict(filters or {})
	group = chosen_group(filters, GROUPS)
	found = [
		{"value": row["value"], **{key: flt(row[key]) for key in SUMS}}
		for row in read(scope, group, str(chosen.get("behind") or ""))
	]
	labels = group_labels(group, [row["value"] for row in found])
	total = {key: sum(row[key] for row in found) for key in SUMS}
	rows = [
		{
			**shown(row, total),
			**{"group": labels[row["value"]], "value": row["value"]},
			"drill": drill(scope, group, row["value"]),
		}
		for row in in_order(group, found, "revenue")
	]
	# One invoice may bill deals of several groups: the invoices of the groups do not add up.
	return scope, group, rows, {**shown(total, total), "invoices": None, "drill": drill(scope, "", "")}


def shown(sums: dict[str, Any], total: dict[str, Any]) -> dict[str, Any]:
	"""Return what is shown of sums."""
	return {
		**{key: int(sums[key]) for key in ("deals", "invoices")},
		**{key: sums[key] for key in ("revenue", "collected")},
		"open": sums["revenue"] - sums["collected"],
		"share": percent(sums["collected"], total["collected"]),
		"per_deal": sums["collected"] / sums["deals"] if sums["deals"] else None,
	}


def drill(scope: Scope, group: str, value: Any) -> dict[str, Any]:
	"""Return the filters by which this report lists the deals behind a group; a deal is a link by itself."""
	if group == "Deal":
		return {}
	filters = behind_filters(scope, "Deal", group, value)
	return dict.fromkeys(("deals", "revenue", "collected", "open"), filters)


def read(scope: Scope, group: str, behind: str) -> list[dict[str, Any]]:
	"""Return the sums of each group, in one query whatever the number of invoices."""
	deal, invoice, row = (frappe.qb.DocType(name) for name in ("Deal", "Sales Invoice", "Sales Invoice Item"))
	value = group_term(group, deal)
	net = books_money(scope, invoice, row.base_net_amount)
	query = (
		frappe.qb.from_(invoice)
		.join(row)
		.on(row.parent == invoice.name)
		.join(deal)
		.on(deal.name == row.crm_plus_deal)
		.select(
			value.as_("value"),
			Count(deal.name).distinct().as_("deals"),
			Count(invoice.name).distinct().as_("invoices"),
			Sum(net).as_("revenue"),
			Sum(net * paid_part(invoice)).as_("collected"),
		)
		.where(deal_rows(scope, deal))
		.where((invoice.docstatus == 1) & on_days(invoice.posting_date, scope.first, scope.last))
		.groupby(value)
	)
	own = one_group(behind, {each: group_term(each, deal) for each in GROUPS})
	return (query.where(own) if own is not None else query).run(as_dict=True)


def paid_part(invoice: Any) -> Term:
	"""The part of an invoice that is not open any more, by ERPNext's own figure in the currency of the party's account."""
	own = Coalesce(NullIf(invoice.rounded_total, 0), invoice.grand_total)
	books = Coalesce(NullIf(invoice.base_rounded_total, 0), invoice.base_grand_total)
	total = Case().when(invoice.party_account_currency == invoice.currency, own).else_(books)
	return 1 - Coalesce(invoice.outstanding_amount / NullIf(total, 0), 0)
