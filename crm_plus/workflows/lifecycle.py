"""Move a profile through its lifecycle as the facts say, and write down every move with its cause."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import frappe
from frappe.utils import get_datetime, getdate, now_datetime, nowdate

from crm_plus.rules import lifecycle as rules
from crm_plus.rules.lifecycle import Facts, Phase, Standing, Thresholds
from crm_plus.workflows import profile_figures

MANUAL = "Manual"
CREATED = "Created"
TIME = "Days Without Purchase"
FIELDS = (
	"name",
	"lifecycle_stage",
	"lifecycle_chosen_on",
	"lifecycle_changed_on",
	"erpnext_customer",
	"last_purchase_on",
)


def refresh(profile_name: str, cause: str, cause_doctype: str = "", cause_name: str = "") -> None:
	"""Bring a profile's figures and its lifecycle stage in step with ERPNext's documents; a move is a Stage Change.

	The row is locked, so that of two causes at once the second one sees what the first did. Does not commit.
	"""
	if not frappe.db.get_value("Customer Profile", profile_name, "name", for_update=True):
		return
	profile_figures.refresh_figures([profile_name])
	settle([profile_name], cause, cause_doctype, cause_name)


def settle(
	profile_names: Iterable[str], cause: str, cause_doctype: str = "", cause_name: str = ""
) -> list[str]:
	"""Let the stages of profiles follow from their stored figures and deals; returns those that moved."""
	limits, today, moved = thresholds(), getdate(nowdate()), []
	profiles = _load(list(profile_names))
	facts = facts_of(profiles)
	for profile in profiles:
		standing = Standing(Phase(profile.lifecycle_stage), profile.lifecycle_chosen_on)
		decided = rules.decide(standing, facts[profile.name], limits, today)
		if decided.phase != standing.phase:
			_move(profile, decided.phase.value, cause, cause_doctype, cause_name)
			moved.append(profile.name)
	return moved


def thresholds() -> Thresholds:
	"""Return the site's limits in days."""
	settings = frappe.get_cached_doc("CRM Plus Settings")
	return Thresholds(
		settings.at_risk_after_days or 0, settings.inactive_after_days or 0, settings.lost_after_days or 0
	)


def _load(names: list[str]) -> list[Any]:
	return (
		frappe.get_all("Customer Profile", filters={"name": ["in", names]}, fields=list(FIELDS))
		if names
		else []
	)


def facts_of(profiles: list[Any]) -> dict[str, Facts]:
	"""Return what is known about profiles, in a constant number of queries."""
	deals = newest_deals([profile.name for profile in profiles])
	chosen = [profile.name for profile in profiles if profile.lifecycle_chosen_on]
	entered = profile_figures.newest_purchases(chosen)
	return {
		profile.name: Facts(
			courted=bool(profile.erpnext_customer or profile.name in deals),
			last_deal_at=deals.get(profile.name),
			last_purchase_on=_as_date(profile.last_purchase_on),
			last_purchase_at=entered[profile.name].entered_at if profile.name in entered else None,
		)
		for profile in profiles
	}


def _as_date(value: Any) -> date | None:
	return getdate(value) if value else None


def newest_deals(profile_names: list[str]) -> dict[str, datetime]:
	"""Return when each profile's newest deal was created."""
	if not profile_names:
		return {}
	deal = frappe.qb.DocType("Deal")
	query = (
		frappe.qb.from_(deal)
		.select(deal.customer_profile, frappe.query_builder.functions.Max(deal.creation))
		.where(deal.customer_profile.isin(profile_names))
		.groupby(deal.customer_profile)
	)
	return {name: get_datetime(created) for name, created in query.run()}


def _move(profile: Any, stage: str, cause: str, cause_doctype: str, cause_name: str) -> None:
	"""Write the new stage. `modified` moves with it: a form opened before must not put the old stage back."""
	values = {"lifecycle_stage": stage, "lifecycle_changed_on": now_datetime(), "lifecycle_chosen_on": None}
	frappe.db.set_value("Customer Profile", profile.name, values)
	record(
		profile.name,
		profile.lifecycle_stage,
		stage,
		profile.lifecycle_changed_on,
		cause,
		cause_doctype,
		cause_name,
	)


def note_choice(profile: Any) -> None:
	"""Before a save: note when a person chose the stage. A new profile that starts as the default was not chosen."""
	if not profile.has_value_changed("lifecycle_stage"):
		return
	profile.lifecycle_changed_on = now_datetime()
	by_default = profile.is_new() and (profile.lifecycle_stage == "Lead" or profile.flags.crm_plus_source)
	profile.lifecycle_chosen_on = None if by_default else profile.lifecycle_changed_on


def record_choice(profile: Any) -> None:
	"""After a save: write down the stage that a new profile starts in, or that a person chose."""
	before = profile.get_doc_before_save()
	if before and before.lifecycle_stage == profile.lifecycle_stage:
		return
	cause = MANUAL if before else CREATED
	left = before.lifecycle_stage if before else ""
	record(profile.name, left, profile.lifecycle_stage, before and before.lifecycle_changed_on, cause)


def record(
	profile_name: str,
	from_stage: str,
	to_stage: str,
	since: datetime | None,
	cause: str,
	cause_doctype: str = "",
	cause_name: str = "",
) -> None:
	"""Write one Stage Change of a profile; `since` is when it entered the stage that it leaves (site's time)."""
	now = now_datetime()
	seconds = (now - get_datetime(since)).total_seconds() if since else 0
	change = frappe.get_doc(
		{
			"doctype": "Stage Change",
			"reference_doctype": "Customer Profile",
			"reference_name": profile_name,
			"from_stage": from_stage,
			"to_stage": to_stage,
			"changed_on": now,
			"changed_by": frappe.session.user,
			"seconds_in_previous": max(int(seconds), 0),
			"cause": cause,
			"cause_doctype": cause_doctype,
			"cause_name": cause_name,
		}
	)
	change.insert(
		ignore_permissions=True
	)  # safe: history is written by us alone, nobody has a right to write it


def due_profiles(after: str, limit: int) -> list[str]:
	"""Return up to `limit` names behind `after` of profiles whose time in their stage has run out."""
	limits, profile = thresholds(), frappe.qb.DocType("Customer Profile")
	steps = (
		(limits.at_risk_after_days, ["Active"]),
		(limits.inactive_after_days, ["Active", "At Risk"]),
		(limits.lost_after_days, ["Active", "At Risk", "Inactive"]),
	)
	due = [
		profile.lifecycle_stage.isin(stages)
		& (profile.last_purchase_on <= frappe.utils.add_days(nowdate(), -days))
		for days, stages in steps
		if days > 0
	]
	if not due:
		return []
	query = frappe.qb.from_(profile).select(profile.name).where(profile.name > after)
	query = query.where(frappe.query_builder.Criterion.any(due) if len(due) > 1 else due[0])
	return [row[0] for row in query.orderby(profile.name).limit(limit).run()]


__all__ = ["note_choice", "record_choice", "refresh", "settle"]
