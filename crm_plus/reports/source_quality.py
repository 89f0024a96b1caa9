"""What became of the customers that came in a period, by where they came from. Amounts in the report's currency.

Each profile stands in one group, so that groups add up: by campaign in that of its first deal that names one. Its deals
count whenever they were made; of the ledger only what the readers may read. ERPNext's campaigns have no cost, so there
is none here.
"""

from typing import Any

import frappe
from frappe.utils import flt
from pypika import Case, CustomFunction
from pypika.functions import Coalesce, Concat, Count, Max, Min, NullIf, Substring, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, EmptyCriterion, Term

from crm_plus.access.report_readers import rows_for_readers
from crm_plus.reports.profile_scope import (
	PROFILE,
	group_labels,
	group_term,
	readable_profiles,
)
from crm_plus.reports.report_functions import (
	SECONDS_IN_DAY,
	along,
	checksum,
	seconds_between,
	told_by_checksums,
)
from crm_plus.reports.report_groups import behind_filters, chosen_group, one_group
from crm_plus.reports.report_money import books_money, money, reads_ledger
from crm_plus.reports.report_parts import is_chart_only
from crm_plus.reports.report_scope import Scope, on_days, read_scope, refuse_hidden_amounts
from crm_plus.rules.deal_stages import LOST, WON
from crm_plus.rules.forecast import percent
from crm_plus.rules.lifecycle import Phase

CAMPAIGN = "Campaign"
GROUPS = ("Source", CAMPAIGN, "Owner", "Territory", "Month", "Customer")
COUNTS = ("profiles", "prospects", "with_deal", "buyers", "deals", "won", "lost")
LEDGER = ("invoiced", "paid")
SUMS = (*COUNTS, "amount", "seconds", *LEDGER)
AVERAGES = ("prospect_rate", "buyer_rate", "win_rate", "days", "per_profile")
# What a customer's row leads from to his deals.
OF_DEALS = ("deals", "won", "amount", *LEDGER, "win_rate", "per_profile")
FIRST_STAGE = Phase.NEW.value
# Behind the time in `2026-11-22 00:00:00.000000|Spring`.
AFTER_TIME = 28
LEAST = CustomFunction("LEAST", ["one", "other"])
GREATEST = CustomFunction("GREATEST", ["one", "other"])


def source_quality(
	filters: dict[str, Any] | None,
) -> tuple[Scope, str, list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, the group, a row a group of profiles that came in the period, and the total; one query of them.

	The filter `behind` ("Source=Website") narrows to one group. Raises frappe.ValidationError for filters that make no
	sense, frappe.PermissionError for who may not read profiles or what deals amount to.
	"""
	refuse_hidden_amounts()
	scope, group = read_scope(filters), chosen_group(filters, GROUPS)
	behind = str((filters or {}).get("behind") or "")
	is_drawn = is_chart_only(filters) and group != CAMPAIGN and not behind and not scope.pipeline
	found = [
		{"value": row["value"], **{key: flt(row.get(key)) for key in SUMS}}
		for row in (read_drawn(scope, group) if is_drawn else read(scope, group, behind))
	]
	labels = group_labels(group, [row["value"] for row in found])
	rows = [
		{
			**shown(row),
			**{"group": labels[row["value"]], "value": row["value"]},
			"drill": drill(scope, group, row["value"]),
		}
		for row in in_order(group, found)
	]
	total = shown({key: sum(row[key] for row in found) for key in SUMS})
	whole = {} if group == "Customer" else drill(scope, "", "")
	return scope, group, rows, {**total, "drill": whole}


def in_order(group: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
	"""Return months upwards, any other group by what was won, then by how many came."""
	if group == "Month":
		return sorted(rows, key=lambda row: row["value"])
	return sorted(rows, key=lambda row: (-row["amount"], -row["profiles"], str(row["value"])))


def shown(sums: dict[str, Any]) -> dict[str, Any]:
	"""Return what is shown of sums: rates, days from the first hello to the first deal won, what a profile brought."""
	return {
		**{key: int(sums[key]) for key in COUNTS},
		**{key: sums[key] for key in ("amount", *LEDGER)},
		"prospect_rate": percent(sums["prospects"], sums["profiles"]),
		"buyer_rate": percent(sums["buyers"], sums["profiles"]),
		"win_rate": percent(sums["won"], sums["won"] + sums["lost"]),
		"days": sums["seconds"] / sums["buyers"] / SECONDS_IN_DAY if sums["buyers"] else None,
		"per_profile": sums["amount"] / sums["profiles"] if sums["profiles"] else None,
	}


def drill(scope: Scope, group: str, value: Any) -> dict[str, Any]:
	"""Return the filters behind a group's figures: this report by customer, and behind a customer's his deals."""
	if group == "Customer":
		chosen = {key: getattr(scope, key) for key in ("company", "pipeline") if getattr(scope, key)}
		deals = {**chosen, "customer_profile": value}
		of_status = {key: {**deals, "status": status} for key, status in (("won", WON), ("lost", LOST))}
		won = dict.fromkeys(("amount", "per_profile"), of_status["won"])
		return {**dict.fromkeys(("deals", "win_rate", *LEDGER), deals), **of_status, **won}
	report = behind_filters(scope, "Customer", group, value)
	return dict.fromkeys((*COUNTS, "amount", *LEDGER, *AVERAGES), report)


def read_drawn(scope: Scope, group: str) -> list[dict[str, Any]]:
	"""Return of each group what a chart and the line above it show, or are in order by.

	Each profile's deals are looked for along an index. Where sources tell the groups, their checksums do.
	"""
	term = group_term(group, frappe.qb.DocType(PROFILE))
	known = frappe.qb.from_("Customer Source").select("name").run(pluck=True) if group == "Source" else ()
	told = told_by_checksums(term, known) if known else {}
	rows = drawn_by(scope, NullIf(checksum(term), 0) if told else term)
	if not told:
		return rows
	if all(row["value"] in told for row in rows):
		return [{**row, "value": told[row["value"]]} for row in rows]
	return drawn_by(scope, term)


def drawn_by(scope: Scope, value: Term) -> list[dict[str, Any]]:
	"""Return the same by an expression of profiles: these one after the other as they came, each with what its deals are."""
	profile, deal = frappe.qb.DocType(PROFILE), frappe.qb.DocType("Deal")
	deals = along(frappe.qb.from_(deal), "Deal", "by_customer").where(deals_of_filters(scope, deal))
	deals = deals.select(deal.customer_profile, deal.status, money(scope, deal).as_("amount")).as_("deals")
	is_won, is_lost = deals.status == WON, deals.status == LOST
	each = (
		along(frappe.qb.from_(profile), PROFILE, "came")
		.left_join(deals)
		.on(deals.customer_profile == profile.name)
		.select(value.as_("value"), Count(deals.customer_profile).as_("deals"))
		.select(Count(Case().when(is_won, 1)).as_("won"), Count(Case().when(is_lost, 1)).as_("lost"))
		.select(Sum(Case().when(is_won, deals.amount)).as_("amount"))
		.where(readable_profiles(scope, profile))
		.where(on_days(profile.creation, scope.first, scope.last))
		.groupby(profile.creation, profile.name)
		.as_("each")
	)
	buyers, with_deal = (Count(NullIf(each[key], 0)) for key in ("won", "deals"))
	query = frappe.qb.from_(each).select(
		*(each.value, Count("*").as_("profiles"), with_deal.as_("with_deal"), buyers.as_("buyers")),
		*(Sum(each[key]).as_(key) for key in ("won", "lost", "amount")),
	)
	return query.groupby(each.value).run(as_dict=True)


def read(scope: Scope, group: str, behind: str) -> list[dict[str, Any]]:
	"""Return the sums of each group."""
	profile = frappe.qb.DocType(PROFILE)
	deals = all_of_deals(scope, deals_of_profiles(scope, frappe.qb.from_("Deal"))).as_("deals")
	groups = {each: profile_group(each, profile, deals) for each in GROUPS}
	value, own = groups[group], one_group(behind, groups)
	# A profile that was taken over is younger than its deals.
	began = LEAST(profile.creation, deals.first_deal)
	sums = {
		"profiles": Count(profile.name),
		"prospects": count_if(profile.lifecycle_stage != FIRST_STAGE),
		"with_deal": count_if(deals.deals > 0),
		"buyers": count_if(deals.won > 0),
		"seconds": Sum(GREATEST(seconds_between(began, deals.first_won), 0)),
		**{key: Sum(deals[key]) for key in ("deals", "won", "lost", "amount", *LEDGER)},
	}
	query = (
		frappe.qb.from_(profile)
		.left_join(deals)
		.on(deals.customer_profile == profile.name)
		.select(value.as_("value"), *(sums[key].as_(key) for key in SUMS))
		.where(readable_profiles(scope, profile))
		.where(on_days(profile.creation, scope.first, scope.last))
		.groupby(value)
	)
	return (query.where(own) if own is not None else query).run(as_dict=True)


def profile_group(group: str, profile: Any, deals: Any) -> Term:
	"""The expression of a group; a campaign is that of the profile's first deal that names one."""
	return NullIf(deals.campaign, "") if group == CAMPAIGN else group_term(group, profile)


def count_if(condition: Criterion) -> Term:
	"""The number of rows for which a condition holds."""
	return Sum(Case().when(condition, 1).else_(0))


def deals_of_profiles(scope: Scope, query: QueryBuilder) -> QueryBuilder:
	"""Each profile with its readable deals of the company and the pipeline: how many there are, and what was won."""
	deal = frappe.qb.DocType("Deal")
	return (
		query.select(deal.customer_profile, Count("*").as_("deals"))
		.select(count_if(deal.status == WON).as_("won"), count_if(deal.status == LOST).as_("lost"))
		.select(Sum(Case().when(deal.status == WON, money(scope, deal)).else_(0)).as_("amount"))
		.where(deals_of_filters(scope, deal) & (Coalesce(deal.customer_profile, "") > ""))
		.groupby(deal.customer_profile)
	)


def all_of_deals(scope: Scope, query: QueryBuilder) -> QueryBuilder:
	"""The same, with all else that is said of the deals."""
	deal = frappe.qb.DocType("Deal")
	# Not cast to text before: that text had the collation of the connection, which need not go with the column's.
	named = Concat(deal.creation, "|", NullIf(deal.campaign, ""))
	query = (
		query.select(Substring(Min(named), AFTER_TIME, 140).as_("campaign"))
		.select(Min(deal.creation).as_("first_deal"))
		.select(Min(Case().when(deal.status == WON, deal.closed_on)).as_("first_won"))
	)
	knows = reads_ledger()
	for key in LEDGER:
		amount = books_money(scope, deal, deal[f"{key}_amount"])
		query = query.select((Sum(amount) if knows else Max(0)).as_(key))
	return query


def deals_of_filters(scope: Scope, deal: Any) -> Criterion:
	"""The readable deals of the company and the pipeline: source, owner and team are those of the profile."""
	parts = [rows_for_readers("Deal")]
	parts += [deal[key] == getattr(scope, key) for key in ("company", "pipeline") if getattr(scope, key)]
	return Criterion.all(part for part in parts if not isinstance(part, EmptyCriterion))
