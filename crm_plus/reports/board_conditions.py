"""What the Pipeline Board shows: its filters, read from the page's address, and the conditions they make.

Times are the site's.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_datetime, getdate
from pypika.terms import Criterion, EmptyCriterion

from crm_plus.access.rows import readable_rows
from crm_plus.rules.board import period_bounds
from crm_plus.rules.deal_stages import OPEN, Stage
from crm_plus.rules.plain_values import as_day
from crm_plus.rules.quoted_text import escape_like, quoted

STATES = ("", "rotten", "snoozed", "no_follow_up")
TEXT_LENGTH = 140
MAX_PROFILES = 500


@dataclass(frozen=True)
class BoardFilters:
	"""What the viewer narrowed the board to; empty or None means no restriction. And which deals he may read at all."""

	pipeline: str
	# Asked once for all columns and their cards.
	readable: Criterion = field(compare=False)
	owner: str = ""
	team_members: tuple[str, ...] | None = None
	company: str = ""
	text: str = ""
	state: str = ""
	closes_from: date | None = None
	closes_to: date | None = None
	# The profiles whose name holds the text, where they are few; found once for all columns.
	profiles: tuple[str, ...] | None = None


def read_filters(values: dict[str, Any]) -> BoardFilters:
	"""The filters as the page's address holds them, checked. Raises frappe.ValidationError for what cannot be meant."""
	chosen = {
		key: str(values.get(key) or "").strip() for key in ("owner", "team", "company", "text", "state")
	}
	if chosen["state"] not in STATES:
		frappe.throw(
			_("The board cannot show {0} deals: choose another filter.").format(quoted(chosen["state"]))
		)
	closes_from, closes_to = _closing_period(values)
	text = chosen["text"][:TEXT_LENGTH]
	return BoardFilters(
		pipeline=_pipeline(str(values.get("pipeline") or "")),
		readable=readable_rows("Deal"),
		owner=chosen["owner"],
		team_members=team_members(chosen["team"]) if chosen["team"] else None,
		company=chosen["company"],
		text=text,
		state=chosen["state"],
		closes_from=closes_from,
		closes_to=closes_to,
		profiles=_few_profiles(text) if text else None,
	)


def pipelines() -> list[str]:
	"""The pipelines in use, the default first."""
	return frappe.get_all(
		"Pipeline", filters={"disabled": 0}, pluck="name", order_by="is_default desc, pipeline_name asc"
	)


def board_condition(filters: BoardFilters, deal: Any, stages: list[Stage]) -> Criterion:
	"""The deals that the filters show and that the viewer may read, of all stages and pipelines."""
	parts = [filters.readable]
	if filters.company:
		parts.append(deal.company == filters.company)
	if filters.owner:
		parts.append(deal.deal_owner == filters.owner)
	if filters.team_members is not None:
		parts.append(deal.deal_owner.isin(filters.team_members or [""]))
	if filters.closes_from:
		parts.append(deal.expected_close_date >= filters.closes_from)
	if filters.closes_to:
		parts.append(deal.expected_close_date <= filters.closes_to)
	parts += [_matches_text(filters, deal), _in_state(filters.state, deal, stages)]
	return Criterion.all(part for part in parts if not isinstance(part, EmptyCriterion))


def _in_state(state: str, deal: Any, stages: list[Stage]) -> Criterion:
	if state == "rotten":
		return is_rotten(deal, stages)
	if state == "snoozed":
		return (deal.status == OPEN) & (deal.snoozed_until > getdate())
	if state == "no_follow_up":
		return (deal.status == OPEN) & deal.next_follow_up_on.isnull()
	return EmptyCriterion()


def is_rotten(deal: Any, stages: list[Stage]) -> Criterion:
	"""`rules.deal_stages.is_rotten` as a condition; a test holds the two together."""
	today = getdate()
	midnight = datetime.combine(today, time.min)
	by_days = defaultdict(list)
	for stage in stages:
		if stage.rots_after_days > 0 and stage.outcome == OPEN:
			by_days[stage.rots_after_days].append(stage.name)
	if not by_days:
		return deal.name.isnull()
	# The day first: it is compared sooner than the names of stages.
	too_long = [
		(deal.stage_entered_on < midnight - timedelta(days=days)) & deal.stage.isin(names)
		for days, names in sorted(by_days.items())
	]
	awake = deal.snoozed_until.isnull() | (deal.snoozed_until <= today)
	return awake & Criterion.any(too_long)


def _matches_text(filters: BoardFilters, deal: Any) -> Criterion:
	if not filters.text:
		return EmptyCriterion()
	profiles = _named_profiles(filters.text) if filters.profiles is None else filters.profiles or [""]
	return deal.title.like(_pattern(filters.text)) | deal.customer_profile.isin(profiles)


def _few_profiles(text: str) -> tuple[str, ...] | None:
	names = _named_profiles(text).limit(MAX_PROFILES + 1).run(pluck=True)
	return tuple(names) if len(names) <= MAX_PROFILES else None


def _named_profiles(text: str) -> Any:
	profile = frappe.qb.DocType("Customer Profile")
	return frappe.qb.from_(profile).select(profile.name).where(profile.full_name.like(_pattern(text)))


def _pattern(text: str) -> str:
	return f"%{escape_like(text)}%"


def team_members(team: str) -> tuple[str, ...]:
	"""The users in the team and in all teams below it."""
	bounds = frappe.db.get_value("Revenue Team", team, ["lft", "rgt"])
	if not bounds:
		frappe.throw(_("There is no team {0}: choose another one.").format(quoted(team)))
	node, member = frappe.qb.DocType("Revenue Team"), frappe.qb.DocType("Revenue Team Member")
	users = (
		frappe.qb.from_(member)
		.join(node)
		.on(member.parent == node.name)
		.select(member.user)
		.distinct()
		.where((node.lft >= bounds[0]) & (node.rgt <= bounds[1]))
	)
	return tuple(users.run(pluck=True))


def after_card(deal: Any, entered: str | None, name: str) -> Criterion:
	"""What comes after a card; written so that one range of the index (stage, stage_entered_on) answers it."""
	if not entered:
		return deal.stage_entered_on.isnull() & (deal.name < name)
	moment = get_datetime(entered)
	later = (deal.stage_entered_on < moment) | (deal.name < name) | deal.stage_entered_on.isnull()
	return ((deal.stage_entered_on <= moment) | deal.stage_entered_on.isnull()) & later


def _pipeline(name: str) -> str:
	available = pipelines()
	if name in available or (name and frappe.db.exists("Pipeline", name)):
		return name
	if name:
		frappe.throw(_("There is no pipeline {0}: choose another one.").format(quoted(name)))
	if not available:
		frappe.throw(_("There is no pipeline yet: create one, with its stages, first."))
	return available[0]


def _closing_period(values: dict[str, Any]) -> tuple[date | None, date | None]:
	given = [values.get(key) for key in ("from", "to")]
	days = [as_day(value) for value in given]
	try:
		if any(value and not day for value, day in zip(given, days, strict=True)):
			raise ValueError("no day")
		return period_bounds(str(values.get("period") or ""), getdate(), *days)
	except ValueError:
		frappe.throw(_("The period of the expected close is not valid: choose another one."))
