"""In which stages of the lifecycle profiles stood at some times, and how many in which. Times are the site's.

Most changed nothing since then: all are counted where they stand, along an index, and those alone that moved are looked at one
by one.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import frappe
from pypika import Case
from pypika import analytics as over
from pypika.functions import Coalesce, Count, NullIf, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, ExistsCriterion, Term

from crm_plus.reports.profile_scope import PROFILE
from crm_plus.reports.report_functions import along

Narrow = Callable[[QueryBuilder], QueryBuilder]


def first_since(moment: datetime) -> QueryBuilder:
	"""The first change of each profile from a time on: what it left is where the profile stood just before."""
	change = frappe.qb.DocType("Stage Change")
	each = (
		frappe.qb.from_(change)
		.select(change.reference_name, Coalesce(change.from_stage, "").as_("stood"))
		.select(over.RowNumber().over(change.reference_name).orderby(change.changed_on).as_("place"))
		.where((change.reference_doctype == PROFILE) & (change.changed_on >= moment))
		.as_("each")
	)
	return frappe.qb.from_(each).select(each.reference_name, each.stood).where(each.place == 1)


def was_there(profile: Any, moment: datetime) -> Criterion:
	"""The condition that there was a profile before a time: that says its own age, or an older history."""
	change = frappe.qb.DocType("Stage Change")
	own = (change.reference_doctype == PROFILE) & (change.reference_name == profile.name)
	history = frappe.qb.from_(change).select(change.name).where(own & (change.changed_on < moment)).limit(1)
	return (profile.creation < moment) | ExistsCriterion(history)


def stage_at(query: QueryBuilder, profile: Any, moment: datetime, since: Any) -> tuple[QueryBuilder, Term]:
	"""A query of profiles joined to what each changed first since a time, and the stage in which it stood just before.

	It is nothing where there was no profile yet. One that changed nothing since then stood where it stands.
	"""
	stood = Case().when(was_there(profile, moment), Coalesce(since.stood, profile.lifecycle_stage)).else_("")
	return query.left_join(since).on(since.reference_name == profile.name), NullIf(stood, "")


def counted_at(narrow: Narrow, moments: Sequence[datetime], value: Term | None = None) -> Counter[Any]:
	"""Return how many profiles of a narrowed query stood in which stages just before some times, the earliest first.

	Each key is the group, None without a `value`, and a stage for each time, None where there was no profile yet.
	"""
	counts: Counter[Any] = Counter()
	for group, stage, *there in as_if_none_moved(narrow, moments, value):
		known = 0
		# Who was there at one time was there at all later ones.
		for late, count in enumerate(there):
			key = (group, *[None] * late, *[stage] * (len(moments) - late))
			counts[key] += int(count) - known
			known = int(count)
	for group, stage, *rest, count in _moved(narrow, moments, value):
		there, stood = rest[: len(moments)], rest[len(moments) :]
		counts[(group, *(stage if each else None for each in there))] -= int(count)
		counts[(group, *stood)] += int(count)
	return +counts


def as_if_none_moved(narrow: Narrow, moments: Sequence[datetime], value: Term | None) -> Any:
	"""Return for each group and stage how many profiles were there at each time, and how many there are."""
	profile = frappe.qb.DocType(PROFILE)
	stage, query = NullIf(profile.lifecycle_stage, ""), frappe.qb.from_(profile)
	if value is None:
		query = along(query, PROFILE, "stage_came").groupby(profile.lifecycle_stage)
	else:
		query = query.groupby(value, profile.lifecycle_stage)
	there = (Sum(Case().when(was_there(profile, moment), 1).else_(0)) for moment in moments)
	return narrow(query.select(NullIf("", "") if value is None else value, stage, *there, Count("*"))).run()


def _moved(narrow: Narrow, moments: Sequence[datetime], value: Term | None) -> Any:
	"""Return group, stage of now, whether they were there at each time, where they stood, and the number, of those that moved."""
	profile = frappe.qb.DocType(PROFILE)
	query = frappe.qb.from_(profile).select(
		(NullIf("", "") if value is None else value).as_("value"),
		NullIf(profile.lifecycle_stage, "").as_("stage"),
	)
	for number, moment in enumerate(moments):
		since = first_since(moment).as_(f"since_{number}")
		query, stood = stage_at(query, profile, moment, since)
		there = Case().when(was_there(profile, moment), 1).else_(0)
		query = query.select(there.as_(f"there_{number}"), stood.as_(f"stood_{number}"))
		if not number:
			query = query.where(since.reference_name.isnotnull())
	each = narrow(query).as_("each")
	names = ("value", "stage", *(f"{key}_{n}" for key in ("there", "stood") for n in range(len(moments))))
	columns = [each[name] for name in names]
	return frappe.qb.from_(each).select(*columns, Count("*")).groupby(*columns).run()
