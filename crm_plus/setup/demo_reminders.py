"""The demo's reminders: the engine runs through the year's Mondays and the last days as its scheduler would have run it.

All of it goes into the bells: the demo's people have chosen to get no mail.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta

import frappe
from frappe.utils import getdate, now_datetime, nowdate

from crm_plus.rules.notices import EMAIL, EVENTS, default_choice, kind_of
from crm_plus.setup.demo_world import PEOPLE, Person
from crm_plus.workflows import day_notices, ledger, remindables, reminder_engine, site_clock, site_notes

NOTE = "crm_plus_demo_reminders"
WEEKS, DAYS = 52, 10
AT = time(9)
SATURDAY = 5


def make(say: Callable[[str], None]) -> None:
	"""Deliver what is missing, moment by moment; a run that was stopped goes on where it was."""
	say("… reminders, delivered through the year")
	for person in PEOPLE:
		choose_bells(person)
	frappe.db.commit()
	frappe.flags.crm_plus_silent = False
	plan(site_clock.moment(datetime.combine(getdate(nowdate()) - timedelta(days=DAYS), AT)))
	done = site_notes.read(NOTE) or ""
	for at in moments():
		if str(at) > done:
			deliver(at)
			site_notes.write(NOTE, str(at))
			frappe.db.commit()


def plan(since: datetime) -> None:
	"""Let the engine look at the follow-ups and meetings that have come due since a moment, and at what is to come."""
	after = remindables.refresh("", {}, since)
	while after:
		after = remindables.refresh("", after, since)
	frappe.db.commit()


def choose_bells(person: Person) -> None:
	"""Store that a user wants no mail, but in the bell what would have been mailed."""
	if frappe.db.exists("Notification Preference", person.email):
		return
	kind = kind_of(person.roles)
	chosen = {code: default_choice(code, kind) for code in EVENTS}
	rows = [
		{"event": code, "in_app": 1, "email": 0, "digest": choice.digest, "notice_minutes": choice.notice}
		for code, choice in chosen.items()
		if EMAIL in choice.channels
	]
	frappe.get_doc({"doctype": "Notification Preference", "user": person.email, "choices": rows}).insert()


def moments() -> Iterator[datetime]:
	"""Return when the engine runs (the site's clock): in the morning, of late each working day."""
	today = getdate(nowdate())
	monday = today - timedelta(days=today.weekday())
	days = {monday - timedelta(weeks=number) for number in range(1, WEEKS)}
	days |= {today - timedelta(days=number) for number in range(DAYS)}
	for day in sorted(days):
		at = datetime.combine(day, AT)
		if day.weekday() < SATURDAY and at <= now_datetime():
			yield at


def deliver(at: datetime) -> None:
	"""Let the engine find and deliver what was due at a moment, and the bells ring then."""
	moment, store = site_clock.moment(at), ledger.SiteStore()
	before = set(frappe.get_all("Notification Log", pluck="name"))
	day_notices.sweep(moment, frappe.db.commit)
	reminder_engine.enter_what_is_due(store, moment)
	reminder_engine.deliver(store, moment)
	rung = [name for name in frappe.get_all("Notification Log", pluck="name") if name not in before]
	old = at < now_datetime() - timedelta(days=DAYS)
	for name in rung:
		values = {"creation": at, "modified": at, "read": int(old)}
		frappe.db.set_value("Notification Log", name, values, update_modified=False)
