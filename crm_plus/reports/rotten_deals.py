"""Open deals that stay too long in their stage, and those whose close date keeps moving. Amounts in the report's currency.

How often and how far a close date moved comes from the nightly snapshots, so it is by the day: what moved and came back
within one day did not move.
"""

from typing import Any

import frappe
from frappe import _
from frappe.utils import flt
from pypika import Case
from pypika.functions import Coalesce, Max

from crm_plus.reports.board import load_stages
from crm_plus.reports.board_conditions import is_rotten
from crm_plus.reports.report_money import money
from crm_plus.reports.report_parts import full_names
from crm_plus.reports.report_scope import Scope, deal_rows, read_scope
from crm_plus.rules.deal_stages import OPEN
from crm_plus.rules.quoted_text import quoted

SHOW = ("Rotten or Slipping", "Rotten", "Slipping")
SNAPSHOT = "Pipeline Snapshot"


def rotten_deals(filters: dict[str, Any] | None) -> tuple[Scope, list[dict[str, Any]]]:
	"""Return the scope and the deals, the largest first; a fixed number of queries.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	chosen = dict(filters or {})
	show = chosen.get("show") or SHOW[0]
	if show not in SHOW:
		frappe.throw(_("The report cannot show {0}: choose another one.").format(quoted(show)))
	scope = read_scope(chosen)
	rows = read(scope, show, {key: chosen[key] for key in ("stage", "campaign") if chosen.get(key)})
	names = full_names(row["deal_owner"] for row in rows)
	return scope, [as_row(scope, row, names) for row in rows]


def as_row(scope: Scope, row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
	"""Return what is shown of a deal; days are the calendar's."""
	days = (scope.today - row["stage_entered_on"].date()).days if row["stage_entered_on"] else None
	over = days - row["rots_after_days"] if row["rotten"] and days is not None else None
	first, now = row["first_close_date"], row["expected_close_date"]
	return {
		**{key: row[key] for key in ("name", "title", "stage_name", "customer", "next_follow_up_on")},
		**{"amount": flt(row["amount"]), "days": days, "over": over, "moves": int(row["moves"])},
		**{"first_close_date": first, "expected_close_date": now, "rotten": int(row["rotten"])},
		"moved_days": (now - first).days if row["moves"] and first and now else None,
		"owner_name": names.get(row["deal_owner"], row["deal_owner"]),
	}


def read(scope: Scope, show: str, narrowed: dict[str, Any]) -> list[dict[str, Any]]:
	"""Return the deals with what their newest snapshot knows of their close dates."""
	deal, stage, profile = (
		frappe.qb.DocType(name) for name in ("Deal", "Pipeline Stage", "Customer Profile")
	)
	then = frappe.qb.DocType(SNAPSHOT)
	stages = [one for one in load_stages(scope.pipeline or None) if one.outcome == OPEN]
	rotten = is_rotten(deal, stages)
	has_moved = Case().when(then.expected_close_date != deal.expected_close_date, 1).else_(0)
	moves = Coalesce(then.close_date_moves, 0) + has_moved
	shown = {SHOW[0]: rotten | (moves > 0), SHOW[1]: rotten, SHOW[2]: moves > 0}[show]
	query = (
		frappe.qb.from_(deal)
		.left_join(stage)
		.on(stage.name == deal.stage)
		.left_join(profile)
		.on(profile.name == deal.customer_profile)
		.left_join(then)
		.on((then.deal == deal.name) & (then.snapshot_date == newest_day()))
		.select(
			*(deal.name, deal.title, deal.deal_owner, deal.stage_entered_on, deal.expected_close_date),
			*(deal.next_follow_up_on, stage.stage_name, stage.rots_after_days, then.first_close_date),
			*(profile.full_name.as_("customer"), money(scope, deal).as_("amount"), moves.as_("moves")),
			Case().when(rotten, 1).else_(0).as_("rotten"),
		)
		.where(deal_rows(scope, deal))
		.where((deal.status == OPEN) & shown)
	)
	for fieldname, value in narrowed.items():
		query = query.where(deal[fieldname] == value)
	return query.orderby(deal.base_amount, order=frappe.qb.desc).orderby(deal.name).run(as_dict=True)


def newest_day() -> Any:
	"""Return the day of the newest snapshot; None where there is none, which no row has."""
	snapshot = frappe.qb.DocType(SNAPSHOT)
	return frappe.qb.from_(snapshot).select(Max(snapshot.snapshot_date)).run()[0][0]
