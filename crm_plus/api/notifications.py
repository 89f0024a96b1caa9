"""What the page My Notifications asks for and stores, and an administrator's second try. A user reaches only what is their own."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from crm_plus.api import arguments
from crm_plus.rules import notices
from crm_plus.rules.notices import EVENTS
from crm_plus.workflows import ledger, messages, notice_words, preferences

DOCTYPE = preferences.DOCTYPE
MOST_AT_ONCE = 5000


@frappe.whitelist(methods=["GET"])
def mine() -> dict[str, Any]:
	"""Return the session user's choices for the page: hours, channels of the site, and events with choice and default.

	Hours are on the user's own clock, notices in minutes. Raises frappe.PermissionError for who has no part in the CRM.
	"""
	_check_part()
	user = frappe.session.user
	preference = preferences.of_user(user)
	codes = notices.codes_for(preferences.leads_a_team(user))
	return {
		"user": user,
		"hours": _hours(preference),
		"channels": _channels(),
		"groups": notice_words.groups(),
		"events": [_event(code, preference) for code in codes],
	}


@frappe.whitelist(methods=["POST"])
def save(hours: str | dict[str, Any], choices: str | list[Any]) -> dict[str, Any]:
	"""Store the session user's hours and choices and return them as `mine` does.

	Raises frappe.PermissionError, and frappe.ValidationError with one sentence for what cannot be.
	"""
	_check_part()
	chosen = {}
	for row in arguments.several(choices):
		if not isinstance(row, dict) or not isinstance(row.get("event"), str):
			frappe.throw(_("Each choice needs the event that it is for; reload the page."))
		chosen[row["event"]] = preferences.as_choice(row)
	preferences.store(frappe.session.user, arguments.mapping(hours), chosen)
	return mine()


@frappe.whitelist(methods=["POST"])
def resend(names: str | list[Any]) -> int:
	"""Let reminders that failed, were set aside or dropped, or whose fate is unknown, be sent once more; returns how many.

	For those who may write the ledger: System Managers. Raises frappe.PermissionError.
	"""
	frappe.has_permission(ledger.DOCTYPE, "write", throw=True)
	chosen = arguments.several(names)
	if len(chosen) > MOST_AT_ONCE:
		frappe.throw(_("Choose at most {0} reminders at once.").format(MOST_AT_ONCE))
	return ledger.resend([str(name) for name in chosen])


def _check_part() -> None:
	frappe.has_permission(DOCTYPE, "create", throw=True)


def _hours(preference: notices.Preference) -> dict[str, Any]:
	hours = preference.hours
	clocks = {"quiet_from": hours.quiet_from, "quiet_to": hours.quiet_to, "digest_at": hours.digest_at}
	return {
		"zone": hours.zone,
		**{field: f"{clock:%H:%M}" if clock else "" for field, clock in clocks.items()},
		**{day: cint(number in hours.days) for number, day in enumerate(preferences.WEEKDAYS)},
	}


def _channels() -> list[dict[str, Any]]:
	available, names = messages.available(), notice_words.channels()
	return [
		{
			"field": field,
			"label": names[channel],
			"missing": "" if channel in available else notice_words.what_is_missing().get(channel, ""),
		}
		for field, channel in preferences.CHECKS.items()
	]


def _event(code: str, preference: notices.Preference) -> dict[str, Any]:
	event = EVENTS[code]
	return {
		"label": notice_words.label(code),
		"group": event.group,
		"kind": event.kind,
		"has_notice": event.has_notice,
		"choice": preferences.as_row(code, notices.choice(preference, code)),
		"default": preferences.as_row(code, notices.default_choice(code, preference.kind)),
	}
