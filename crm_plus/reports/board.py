"""The queries behind the Pipeline Board: what stands in each stage, and its cards page by page. Never writes.

Every query takes the viewer's permissions along, so the sums are those of the deals that he may list. Amounts are in
company currency and never added up across currencies. Times are the site's.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from functools import reduce
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.utils import cint, flt, getdate
from pypika import Case, Order
from pypika.functions import Count, Sum
from pypika.terms import ValueWrapper

from crm_plus.access.remembered import remembered
from crm_plus.access.rows import readable_fields, readable_rows
from crm_plus.reports.board_conditions import BoardFilters, after_card, board_condition, is_rotten
from crm_plus.rules import deal_stages
from crm_plus.rules.deal_stages import OPEN, Stage
from crm_plus.rules.quoted_text import quoted

if TYPE_CHECKING:
	from collections.abc import Collection

PAGE_LENGTH = 20
STAGE_FIELDS = ("outcome", "probability", "rots_after_days", "is_retired")


def columns(
	filters: BoardFilters, *, with_cards: bool = False, only: Collection[str] | None = None
) -> list[dict[str, Any]]:
	"""The pipeline's stages in order, each with its count, rotten count and sums per company currency.

	A retired stage is a column only while deals stand in it. With `with_cards` each brings its first page, as `cards`
	returns it: of all columns in one query. `only` are the stages that are asked for, None is all.
	"""
	stages = [one for one in load_stages(filters.pipeline) if only is None or one.name in only]
	totals = _totals(filters, stages)
	rows = [{**_column(stage), **totals[stage.name]} for stage in stages]
	shown = [row for row in rows if row["count"] or not row["is_retired"]]
	if not with_cards:
		return shown
	pages = _first_pages(filters, stages, [row["name"] for row in shown if row["count"]])
	return [{**row, **pages[row["name"]]} for row in shown]


def cards(filters: BoardFilters, stage: str, after: tuple[str | None, str] | None = None) -> dict[str, Any]:
	"""The next cards of a stage, newest in the stage first.

	`after` is the `next` of the page before: the last card's entry time and name. No offset, so deals that come in
	meanwhile neither shift nor repeat a card.
	"""
	stages = {row.name: row for row in load_stages(filters.pipeline)}
	if stage not in stages:
		frappe.throw(
			_("{0} is no stage of the pipeline {1}.").format(quoted(stage), quoted(filters.pipeline))
		)
	query = _page_query(filters, list(stages.values()), stage)
	if after:
		query = query.where(after_card(frappe.qb.DocType("Deal"), *after))
	return _page(query.run(as_dict=True), stages)


def _first_pages(filters: BoardFilters, stages: list[Stage], names: list[str]) -> dict[str, dict[str, Any]]:
	"""The first page of each of these stages, empty for all others: each a few entries of the index, in one query."""
	by_stage: dict[str, list[Any]] = defaultdict(list)
	pages = [frappe.qb.from_(_page_query(filters, stages, name).as_("page")).select("*") for name in names]
	if pages:
		for row in reduce(lambda query, page: query.union_all(page), pages).run(as_dict=True):
			by_stage[row.stage].append(row)
	known = {stage.name: stage for stage in stages}
	return {name: _page(sorted(by_stage[name], key=_place, reverse=True), known) for name in known}


def _place(row: Any) -> tuple[datetime, str]:
	return row.stage_entered_on or datetime.min, row.name


def _page_query(filters: BoardFilters, stages: list[Stage], stage: str) -> Any:
	"""The cards of a stage from its newest on, one more than a page to see whether there are others."""
	deal = frappe.qb.DocType("Deal")
	# The pipeline is left out, as a stage has only one: MariaDB would intersect two indexes and sort by itself.
	query = _card_query(filters, stages).where(deal.stage == stage)
	query = query.orderby(deal.stage_entered_on, order=Order.desc).orderby(deal.name, order=Order.desc)
	return query.limit(PAGE_LENGTH + 1)


def _page(rows: list[Any], stages: dict[str, Stage]) -> dict[str, Any]:
	page = rows[:PAGE_LENGTH]
	last = page[-1] if len(rows) > PAGE_LENGTH else None
	return {
		"cards": _build_cards(page, stages),
		"next": [str(last.stage_entered_on) if last.stage_entered_on else None, last.name] if last else None,
	}


def cards_of(filters: BoardFilters, deals: list[str]) -> list[dict[str, Any]]:
	"""The cards of those of the named deals that the filters show."""
	stages = {row.name: row for row in load_stages(filters.pipeline)}
	deal = frappe.qb.DocType("Deal")
	query = _card_query(filters, list(stages.values())).where(deal.name.isin(deals or [""]))
	return _build_cards(query.where(deal.pipeline == filters.pipeline).run(as_dict=True), stages)


def load_stages(pipeline: str | None = None) -> list[Stage]:
	"""The pipeline's stages from left to right, or those of all pipelines, without their gates."""
	return list(remembered(("stages", pipeline or "", ""), lambda: _read_stages(pipeline)))


def _read_stages(pipeline: str | None) -> list[Stage]:
	stage = frappe.qb.DocType("Pipeline Stage")
	query = frappe.qb.from_(stage).select("name", "stage_name", "pipeline", "position", *STAGE_FIELDS)
	rows = (query.where(stage.pipeline == pipeline) if pipeline else query).run(as_dict=True)
	return deal_stages.in_order(
		Stage(**{**row, "is_retired": bool(row.is_retired), "rots_after_days": cint(row.rots_after_days)})
		for row in rows
	)


def open_totals(company: str | None = None) -> dict[str, float | None]:
	"""Weighted value (company currency) and rotten count of the open deals of all pipelines in a company.

	Without a company only the count means something: currencies are not added up. The value is None for who may not
	read amounts.
	"""
	deal = frappe.qb.DocType("Deal")
	row = (
		frappe.qb.from_(deal)
		.select(
			Sum(deal.base_amount * deal.probability / 100).as_("weighted"),
			Sum(Case().when(is_rotten(deal, load_stages()), 1).else_(0)).as_("rotten"),
		)
		.where((deal.status == "Open") & ((deal.company == company) if company else deal.company.isnotnull()))
		.where(readable_rows("Deal"))
		.run(as_dict=True)[0]
	)
	return {"weighted": flt(row.weighted) if _shows_amounts() else None, "rotten": cint(row.rotten)}


def _shows_amounts() -> bool:
	return {"base_amount", "probability"} <= readable_fields("Deal")


def _column(stage: Stage) -> dict[str, Any]:
	return {
		"name": stage.name,
		"title": stage.stage_name,
		**{key: getattr(stage, key) for key in STAGE_FIELDS},
	}


def counts(filters: BoardFilters, stages: list[Stage]) -> dict[str, int]:
	"""How many deals stand in each of these stages, without what they amount to; in one query of a part for each."""
	deal = frappe.qb.DocType("Deal")
	parts = [
		frappe.qb.from_(deal)
		.select(ValueWrapper(number).as_("stage"), Count("*").as_("count"))
		.where(deal.stage == stage.name)
		.where(board_condition(filters, deal, [stage]))
		for number, stage in enumerate(stages)
	]
	rows = reduce(lambda query, part: query.union_all(part), parts).run() if parts else []
	return {stages[number].name: count for number, count in rows}


def _totals(filters: BoardFilters, stages: list[Stage]) -> dict[str, dict[str, Any]]:
	"""By stage, in one query of a part for each stage, whatever the number of deals."""
	parts = [_stage_sums(filters, stage) for stage in stages]
	rows = reduce(lambda query, part: query.union_all(part), parts).run(as_dict=True) if parts else []
	totals: dict[str, dict[str, Any]] = defaultdict(lambda: {"count": 0, "rotten": 0, "sums": []})
	show_amounts = _shows_amounts()
	for row in rows:
		total = totals[row.stage]
		total["count"] += row["count"]
		total["rotten"] += cint(row.rotten)
		if show_amounts:
			_add_sum(total["sums"], company_currency(row.company), flt(row.amount), flt(row.weighted))
	return totals


def _stage_sums(filters: BoardFilters, stage: Stage) -> Any:
	"""The sums of one stage: as its name is said once, no deal's is compared with all of them, nor with a pipeline's."""
	deal = frappe.qb.DocType("Deal")
	# What is closed does not rot, and there is most of it.
	rots = (
		Sum(Case().when(is_rotten(deal, [stage]), 1).else_(0)) if stage.outcome == OPEN else ValueWrapper(0)
	)
	return (
		frappe.qb.from_(deal)
		.select(
			deal.stage,
			deal.company,
			Count("*").as_("count"),
			Sum(deal.base_amount).as_("amount"),
			(Sum(deal.base_amount * deal.probability) / 100).as_("weighted"),
			rots.as_("rotten"),
		)
		.where(deal.stage == stage.name)
		.where(board_condition(filters, deal, [stage]))
		.groupby(deal.stage, deal.company)
	)


def _add_sum(sums: list[dict[str, Any]], currency: str, amount: float, weighted: float) -> None:
	for entry in sums:
		if entry["currency"] == currency:
			entry["amount"] += amount
			entry["weighted"] += weighted
			return
	sums.append({"currency": currency, "amount": amount, "weighted": weighted})


def company_currency(company: str | None) -> str:
	"""The currency that a company keeps its books in; empty for a deal without a company."""
	return (company and frappe.get_cached_value("Company", company, "default_currency")) or ""


def _card_query(filters: BoardFilters, stages: list[Stage]) -> Any:
	"""The cards that the filters show, with the names that go on them; unordered, unlimited."""
	deal, profile, owner = (frappe.qb.DocType(name) for name in ("Deal", "Customer Profile", "User"))
	return (
		frappe.qb.from_(deal)
		.left_join(profile)
		.on(profile.name == deal.customer_profile)
		.left_join(owner)
		.on(owner.name == deal.deal_owner)
		.select(
			*(
				deal[field]
				for field in ("name", "title", "stage", "status", "company", "currency", "modified")
			),
			*(deal[field] for field in ("amount", "base_amount", "probability", "probability_overridden")),
			*(deal[field] for field in ("stage_entered_on", "snoozed_until", "next_follow_up_on")),
			*(deal[field] for field in ("expected_close_date", "deal_owner", "customer_profile")),
			profile.full_name.as_("customer_name"),
			owner.full_name.as_("owner_name"),
			owner.user_image.as_("owner_image"),
		)
		.where(board_condition(filters, deal, stages))
	)


def _build_cards(rows: list[Any], stages: dict[str, Stage]) -> list[dict[str, Any]]:
	hidden = {
		"amount",
		"base_amount",
		"probability",
		"next_follow_up_on",
		"expected_close_date",
	} - readable_fields("Deal")
	return [_build_card(row, stages[row.stage], hidden) for row in rows]


def _build_card(row: Any, stage: Stage, hidden: set[str]) -> dict[str, Any]:
	today, entered_on = getdate(), row.stage_entered_on
	card = {
		**row,
		"modified": str(row.modified),
		"company_currency": company_currency(row.company),
		"days_in_stage": (today - entered_on.date()).days if entered_on else 0,
		"rotten": deal_stages.is_rotten(stage, entered_on, row.snoozed_until, today),
	}
	return {key: None if key in hidden else value for key, value in card.items()}
