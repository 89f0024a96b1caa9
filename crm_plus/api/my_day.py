"""My Day's server side: one reading for the whole page. What it writes goes through api.follow_ups."""

from typing import Any

import frappe
from frappe.utils import get_datetime

from crm_plus.reports import my_day, who_answers
from crm_plus.rules import my_day as rules
from crm_plus.workflows import interaction_log, site_clock


@frappe.whitelist(methods=["GET"])
def day() -> dict[str, Any]:
	"""Return the session user's day: follow-ups by list, planned and missed meetings, quiet deals, and what may be chosen.

	Days begin and end on the user's own clock; times are the site's. Raises frappe.PermissionError where the user may
	read no follow-ups.
	"""
	frappe.has_permission("Follow Up", "read", throw=True)
	user = frappe.session.user
	now = site_clock.now_of(user)
	limits = my_day.limits(now)
	end = site_clock.on_site(limits.end, user)
	items = my_day.follow_ups(user, end)
	lists: dict[str, list[dict[str, Any]]] = {rules.OVERDUE: [], rules.TODAY: [], rules.SOON: []}
	for item in items[: my_day.FOLLOW_UPS]:
		due_on = site_clock.on_wall(get_datetime(item["due_on"]), user)
		lists[rules.list_of(due_on, now)].append({**item, "due_on_wall": _wall(item["due_on"], user)})
	today = site_clock.on_site(limits.today, user)
	meetings, missed = my_day.meetings(user, today, end), my_day.missed(user, today)
	for meeting in (*meetings, *missed):
		meeting["starts_on_wall"] = _wall(meeting["starts_on"], user)
	quiet = my_day.quiet_deals(user, site_clock.on_site(limits.quiet_since, user))
	who_answers.complete(
		[*(item for listed in lists.values() for item in listed), *meetings, *missed, *quiet["deals"]]
	)
	offered = interaction_log.choices()
	return {
		**lists,
		"has_more": len(items) > my_day.FOLLOW_UPS,
		"meetings": meetings,
		"missed": missed,
		"quiet": quiet,
		"quiet_after_days": my_day.quiet_after_days(),
		"outcomes": offered["outcomes"],
		"types": [one["name"] for one in offered["types"]],
		"date": limits.today.date().isoformat(),
		"now": now.isoformat(timespec="minutes"),
		"can_write": bool(frappe.has_permission("Follow Up", "write")),
		"can_close": bool(frappe.has_permission("Interaction", "write")),
		"can_create": bool(frappe.has_permission("Follow Up", "create")),
	}


def _wall(stored: str, user: str) -> str:
	"""What the user's clock shows when the site's shows what is stored."""
	return site_clock.on_wall(get_datetime(stored), user).isoformat(timespec="minutes")
