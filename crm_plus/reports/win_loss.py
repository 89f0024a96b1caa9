"""Why deals were won and lost: counts, amounts, rates and discounts of those that closed. Amounts in the report's currency."""

from typing import Any

import frappe
from frappe.utils import flt
from pypika.functions import Count, Sum

from crm_plus.reports.report_functions import along, summed_together
from crm_plus.reports.report_groups import (
	chosen_group,
	closed_filters,
	group_labels,
	group_term,
	in_order,
	with_own,
)
from crm_plus.reports.report_money import money
from crm_plus.reports.report_scope import Scope, between, deal_rows, on_days, read_scope, scope_filters
from crm_plus.rules.deal_stages import LOST, WON
from crm_plus.rules.forecast import percent

GROUPS = (
	*("Lost Reason", "Competitor", "Owner", "Source", "Campaign", "Pipeline", "Company", "Size", "Month"),
	"Customer",
)
SUMS = ("won", "lost", "won_amount", "lost_amount", "won_discount", "lost_discount")


def win_loss(filters: dict[str, Any] | None) -> tuple[Scope, str, list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, the group, a row a group of deals closed in the period, and the total; one query.

	By lost reason only the lost deals have rows; the total is always of all. Raises frappe.ValidationError for filters
	that make no sense, frappe.PermissionError for who may read no deal.
	"""
	scope = read_scope(filters)
	group = chosen_group(filters, with_own(GROUPS))
	found = [{"value": row["value"], **{key: flt(row[key]) for key in SUMS}} for row in read(scope, group)]
	labels = group_labels(group, [row["value"] for row in found])
	total = {key: sum(row[key] for row in found) for key in SUMS}
	kept = [row for row in found if row["lost"]] if group == "Lost Reason" else found
	largest = "lost_amount" if group == "Lost Reason" else "won_amount"
	rows = [
		{
			**shown(row, total),
			**{"group": labels[row["value"]], "value": row["value"]},
			"drill": drill(closed_filters(scope, group, row["value"])),
		}
		for row in in_order(group, kept, largest)
	]
	behind = {**scope_filters(scope), "closed_on": between(scope.first, scope.last)}
	return scope, group, rows, {**shown(total, total), "drill": drill(behind)}


def closed_totals(filters: dict[str, Any] | None) -> dict[str, Any]:
	"""Return what is shown of all deals closed in the period, without asking which group each is of; raises as `win_loss`."""
	sums = read(read_scope(filters), "")[0]
	total = {key: flt(sums[key]) for key in SUMS}
	return shown(total, total)


def shown(sums: dict[str, Any], total: dict[str, Any]) -> dict[str, Any]:
	"""Return what is shown of sums: rates by number and by amount, the share of all losses, average discounts."""
	won, lost = int(sums["won"]), int(sums["lost"])
	return {
		**{"won": won, "lost": lost},
		**{key: sums[key] for key in ("won_amount", "lost_amount")},
		"win_rate": percent(won, won + lost),
		"amount_rate": percent(sums["won_amount"], sums["won_amount"] + sums["lost_amount"]),
		"share": percent(lost, total["lost"]),
		"won_discount": sums["won_discount"] / won if won else None,
		"lost_discount": sums["lost_discount"] / lost if lost else None,
	}


def drill(behind: dict[str, Any]) -> dict[str, Any]:
	"""Return the list filters behind each figure."""
	closed, won, lost = ({**behind, "status": status} for status in (["in", [WON, LOST]], WON, LOST))
	return {
		**dict.fromkeys(("won", "won_amount", "won_discount"), won),
		**dict.fromkeys(("lost", "lost_amount", "lost_discount", "share"), lost),
		**dict.fromkeys(("win_rate", "amount_rate"), closed),
	}


def read(scope: Scope, group: str) -> list[dict[str, Any]]:
	"""Return the sums of each group, without one those of all in one row."""
	deal = frappe.qb.DocType("Deal")
	query = (
		along(frappe.qb.from_(deal), "Deal", "report_ended")
		.where(deal_rows(scope, deal))
		.where(on_days(deal.closed_on, scope.first, scope.last))
	)
	keys = {"value": group_term(group, deal)} if group else {}
	sums = {
		"": Count("*"),
		"_amount": Sum(money(scope, deal)),
		"_discount": Sum(deal.additional_discount_percentage),
	}
	return summed_together(
		[
			(query.where(deal.status == status), keys, {f"{key}{name}": term for name, term in sums.items()})
			for key, status in (("won", WON), ("lost", LOST))
		]
	)
