"""Where customers stood in their lifecycle when a period began and when it ended, from their Stage Changes.

A profile is counted where it stood on the eve of the first day and at the end of the last one (or now), so that what was
there, what came and what left add up to what is there. Moves there and back are counted beside it. Times are the site's.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from pypika import Order
from pypika import analytics as over
from pypika.functions import Count
from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from crm_plus.reports.lifecycle_then import counted_at, first_since, stage_at
from crm_plus.reports.profile_scope import (
	PROFILE,
	group_labels,
	group_term,
	readable_profiles,
)
from crm_plus.reports.report_groups import NOBODY, chosen_group, one_group
from crm_plus.reports.report_scope import Scope, midnight, on_days, read_scope
from crm_plus.rules.lifecycle import Phase
from crm_plus.rules.quoted_text import quoted

STAGE, MATRIX = "Stage", "From and To"
GROUPS = (STAGE, MATRIX, "Source", "Owner", "Territory")
OF_PROFILES = ("Source", "Owner", "Territory")
STAGES = tuple(phase.value for phase in Phase)
# What the filters of the lists behind the figures may say besides a stage.
NEW, OTHERS, BEFORE = "New", "Others", "Before"
MOST_ROWS = 5000
Counts = dict[tuple[str, str], int]


def lifecycle_movement(
	filters: dict[str, Any] | None,
) -> tuple[Scope, str, list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, the group, a row a stage or a group of profiles, and the total; a fixed number of queries.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no profile.
	"""
	scope, group = read_scope(filters), chosen_group(filters, GROUPS)
	by_group: dict[Any, Counts] = defaultdict(lambda: defaultdict(int))
	for value, stood, stands, count in read_standings(scope, group):
		by_group[value][stood or NEW, stands] += count
	if not by_group:
		return scope, group, [], {}
	whole: Counts = defaultdict(int)
	for counts in by_group.values():
		for pair, count in counts.items():
			whole[pair] += count
	if group == MATRIX:
		return scope, group, *matrix(scope, whole)
	if group == STAGE:
		return scope, group, *by_stage(scope, whole)
	labels = group_labels(group, by_group)
	ordered = sorted(by_group, key=lambda value: (-sum(by_group[value].values()), str(value)))
	rows = [
		{**of_group(scope, by_group[value], f"{group}={value or NOBODY}"), "group": labels[value]}
		for value in ordered
	]
	return scope, group, rows, of_group(scope, whole, "")


def add_up(counts: Counts, stood: str = "", stands: str = "") -> int:
	"""Return how many profiles stood and stand so; "" is anywhere, "Others" another stage than the one named."""
	return sum(count for pair, count in counts.items() if is_pair(pair, stood, stands))


def is_pair(pair: tuple[str, str], stood: str, stands: str) -> bool:
	"""Tell whether a profile that stood and stands so is meant; new ones come from no other stage."""
	if stood == OTHERS:
		return pair[1] == stands and pair[0] not in (stands, NEW)
	if stands == OTHERS:
		return pair[0] == stood and pair[1] != stood
	return (stood in ("", pair[0]) or (stood == BEFORE and pair[0] != NEW)) and stands in ("", pair[1])


def figures(scope: Scope, counts: Counts, asked: dict[str, tuple[str, str]], behind: str) -> dict[str, Any]:
	"""Return figures, each asked for by where profiles stood and stand, with the filters of the list behind it."""
	return {
		**{key: add_up(counts, *pair) for key, pair in asked.items()},
		"drill": {
			key: {
				**asked_filters(scope),
				"show": "Profiles",
				"stood": stood,
				"stands": stands,
				"behind": behind,
			}
			for key, (stood, stands) in asked.items()
		},
	}


def asked_filters(scope: Scope) -> dict[str, Any]:
	"""Return the report's own filters."""
	kept = {key: getattr(scope, key) for key in ("source", "owner", "team") if getattr(scope, key)}
	return {**kept, "from_date": str(scope.first), "to_date": str(scope.last)}


def by_stage(scope: Scope, counts: Counts) -> tuple[list[dict[str, Any]], dict[str, Any]]:
	"""Return a row a stage: before, new, came, left, after; and all moves into it, also of those that moved on."""
	moves = read_moves(scope)
	rows = []
	for stage in STAGES:
		asked = {
			**{"before": (stage, ""), "new": (NEW, stage), "came": (OTHERS, stage)},
			**{"left": (stage, OTHERS), "after": ("", stage)},
		}
		row = figures(scope, counts, asked, "")
		row["drill"]["moves"] = {**asked_filters(scope), "show": "Moves", "stands": stage}
		net = row["after"] - row["before"]
		rows.append({**row, "stage": stage, "moves": moves.get(stage, 0), "net": net})
	total = figures(scope, counts, {"before": (BEFORE, ""), "new": (NEW, ""), "after": ("", "")}, "")
	summed = {key: sum(row[key] for row in rows) for key in ("came", "left", "moves", "net")}
	total["drill"]["moves"] = {**asked_filters(scope), "show": "Moves"}
	return rows, {**total, **summed}


def matrix(scope: Scope, counts: Counts) -> tuple[list[dict[str, Any]], dict[str, Any]]:
	"""Return a row for each stage that profiles stood in, and for new ones, with a figure for each that they stand in."""
	rows = []
	for stood in (NEW, *STAGES):
		asked = {"all": (stood, ""), **{stage: (stood, stage) for stage in STAGES}}
		rows.append({**figures(scope, counts, asked, ""), "stage": stood})
	return rows, figures(scope, counts, {"all": ("", ""), **{stage: ("", stage) for stage in STAGES}}, "")


def of_group(scope: Scope, counts: Counts, behind: str) -> dict[str, Any]:
	"""Return what is shown of a group of profiles: before, new, after, and how many became what."""
	asked = {
		**{"before": (BEFORE, ""), "new": (NEW, ""), "after": ("", "")},
		**{stage: (OTHERS, stage) for stage in STAGES},
	}
	return figures(scope, counts, asked, behind)


def times(scope: Scope) -> tuple[datetime, datetime]:
	"""Return when the period begins, and when it is over."""
	return midnight(scope.first), midnight(scope.last + timedelta(days=1))


def standings(scope: Scope, own: Criterion | None = None) -> QueryBuilder:
	"""The readable profiles of the filters, each with the stage that it stood in before the period and stands in after it."""
	profile = frappe.qb.DocType(PROFILE)
	query = frappe.qb.from_(profile)
	first, end = times(scope)
	query, stood = stage_at(query, profile, first, first_since(first).as_("before"))
	query, stands = stage_at(query, profile, end, first_since(end).as_("after"))
	query = query.select(
		*(profile.name, profile.full_name, profile.source, profile.profile_owner, profile.territory),
		*(stood.as_("stood"), stands.as_("stands")),
	).where(readable_profiles(scope, profile))
	return query.where(own) if own is not None else query


def read_standings(scope: Scope, group: str) -> list[tuple[Any, str | None, str, int]]:
	"""Return group, stage before, stage after and number of profiles, in two queries."""
	profile = frappe.qb.DocType(PROFILE)
	value = group_term(group, profile) if group in OF_PROFILES else None
	counts = counted_at(lambda query: query.where(readable_profiles(scope, profile)), times(scope), value)
	return [(*key, count) for key, count in counts.items() if key[-1]]


def moves_of(scope: Scope) -> QueryBuilder:
	"""The moves in the period from one stage to another, of the readable profiles of the filters."""
	profile, change = frappe.qb.DocType(PROFILE), frappe.qb.DocType("Stage Change")
	return (
		frappe.qb.from_(change)
		.join(profile)
		.on((change.reference_doctype == PROFILE) & (profile.name == change.reference_name))
		.where(readable_profiles(scope, profile))
		.where((change.from_stage > "") & on_days(change.changed_on, scope.first, scope.last))
	)


def read_moves(scope: Scope) -> dict[str, int]:
	"""Return how many moves led into each stage."""
	change = frappe.qb.DocType("Stage Change")
	return dict(moves_of(scope).select(change.to_stage, Count("*")).groupby(change.to_stage).run())


def profiles_behind(filters: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
	"""Return the profiles that the filters `stood`, `stands` and `behind` mean, and how many there are.

	Raises frappe.ValidationError where they mean none that there can be.
	"""
	scope, profile = read_scope(filters), frappe.qb.DocType(PROFILE)
	groups = {group: group_term(group, profile) for group in OF_PROFILES}
	own = one_group(str(filters.get("behind") or ""), groups)
	each = standings(scope, own).as_("each")
	query = frappe.qb.from_(each).select(each.star, over.Count("*").over().as_("count"))
	wanted = is_asked(each, said(filters, "stood"), said(filters, "stands"))
	rows = query.where(wanted).orderby(each.name).limit(MOST_ROWS).run(as_dict=True)
	return rows, rows[0]["count"] if rows else 0


def said(filters: dict[str, Any], key: str) -> str:
	"""Return what a filter says, "" for nothing. Raises frappe.ValidationError where it is no stage."""
	value = str(filters.get(key) or "")
	if value not in ("", NEW, OTHERS, BEFORE, *STAGES):
		frappe.throw(_("There is no lifecycle stage {0}: choose another one.").format(quoted(value)))
	return value


def is_asked(each: Any, stood: str, stands: str) -> Criterion:
	"""`is_pair` as a condition; a test holds the two together."""
	found = each.stands.isnotnull()
	if stood in (OTHERS, BEFORE):
		found &= each.stood.isnotnull()
	elif stood:
		found &= each.stood.isnull() if stood == NEW else each.stood == stood
	if stood == OTHERS or stands == OTHERS:
		found &= each.stood != each.stands
	return found & (each.stands == stands) if stands not in ("", OTHERS) else found


def moves_behind(filters: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
	"""Return the moves into the stage that the filter `stands` names, newest first, and how many there are."""
	scope, stage = read_scope(filters), said(filters, "stands")
	profile, change = frappe.qb.DocType(PROFILE), frappe.qb.DocType("Stage Change")
	query = moves_of(scope).select(profile.name, profile.full_name, over.Count("*").over().as_("count"))
	query = query.select(change.from_stage, change.to_stage, change.changed_on, change.cause)
	if stage:
		query = query.where(change.to_stage == stage)
	rows = query.orderby(change.changed_on, order=Order.desc).limit(MOST_ROWS).run(as_dict=True)
	return rows, rows[0]["count"] if rows else 0
