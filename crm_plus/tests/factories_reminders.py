"""What the tests of reminders share: people who want to be told, and a scheduler whose clock is given."""

from datetime import datetime, timedelta
from typing import Any

import frappe

from crm_plus.tests import factories
from crm_plus.workflows import ledger, reminder_engine, site_clock

ALWAYS = {
	"quiet_from": None,
	"quiet_to": None,
	**dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), 1),
}
MINUTE = timedelta(minutes=1)


def make_person(*roles: str, choices: dict[str, dict[str, Any]] | None = None, **values: Any) -> str:
	"""Insert a user who wants what `choices` say of each event, whenever it comes unless `values` say otherwise."""
	user_values = {key: values.pop(key) for key in ("time_zone", "mobile_no", "language") if key in values}
	user = factories.make_user(*(roles or ("Sales User", "Sales Manager")), **user_values).name
	prefer(user, choices, **values)
	return user


def prefer(user: str, choices: dict[str, dict[str, Any]] | None = None, **values: Any) -> None:
	"""Store how a user wants to hear of things, instead of what was stored before."""
	if frappe.db.exists("Notification Preference", user):
		doc = frappe.get_doc("Notification Preference", user)
	else:
		doc = frappe.get_doc({"doctype": "Notification Preference", "user": user})
	doc.update({**ALWAYS, **values})
	doc.set("choices", [{"event": event, **row} for event, row in (choices or {}).items()])
	doc.save()


def make_follow_up(user: str, due_on: datetime, **values: Any) -> Any:
	"""Insert a follow-up that a user has to do by a time (site's time zone)."""
	profile = values.pop("customer_profile", None) or factories.make_profile().name
	return factories.make(
		"Follow Up",
		**{
			"subject": factories.unique("Call"),
			"customer_profile": profile,
			"assigned_to": user,
			"due_on": due_on,
			**values,
		},
	)


def in_minutes(minutes: float) -> datetime:
	"""Return a time from now on (site's time zone), in whole minutes."""
	return site_clock.stored(site_clock.now() + minutes * MINUTE).replace(second=0)


def run(at: datetime) -> None:
	"""Be the scheduler and its workers at a time (site's time zone)."""
	now = site_clock.moment(at)
	store = ledger.SiteStore()
	reminder_engine.enter_what_is_due(store, now)
	reminder_engine.deliver(store, now)


def rows(user: str, **filters: Any) -> list[Any]:
	"""Return a user's rows in the ledger."""
	return frappe.get_all(
		"Reminder Delivery",
		{"user": user, **filters},
		[
			"name",
			"event",
			"channel",
			"status",
			"reason",
			"send_after",
			"attempts",
			"reference_name",
			"subject",
		],
		order_by="send_after asc, channel asc",
	)


def bells(user: str) -> list[Any]:
	"""Return what is in a user's bell from CRM Plus."""
	return frappe.get_all(
		"Notification Log",
		{"for_user": user, "type": "Alert"},
		["name", "subject", "document_type", "document_name", "email_content"],
		order_by="creation asc",
	)
