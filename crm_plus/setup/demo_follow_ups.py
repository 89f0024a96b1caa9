"""The demo's promises: kept, kept late and missed ones of a year, what is due these days, and what comes again and again."""

import random
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import frappe
from frappe.utils import add_days, get_datetime, getdate, now_datetime

from crm_plus.workflows import site_notes

SEED = "crm-plus-follow-ups"
COUNTER = "crm_plus_demo_follow_ups"
CLOSED_DEALS, KEPT_OF_EACH = 60, 3
TASKS = (
	"Call about the offer",
	"Send the data sheets",
	"Ask for a date for the visit",
	"Check whether the samples arrived",
	"Call the purchasing department",
	"Prepare the contract",
	"Clear up the delivery dates",
)
NOTES = ("Reached, they are interested.", "Sent, they will look at it.", "Agreed on a date.", "")
# When an open deal's next step is due, in days from today; None: nobody planned one.
DUE_IN_DAYS = (-9, -3, -1, -1, 0, 0, 0, 0, 1, 1, 2, 3, 4, 6, 9, 15, 30, None, None, None)
SERIES = (
	{"subject": "Weekly check-in", "repeat": "Weekly"},
	{"subject": "Monthly review", "repeat": "Monthly by Weekday", "repeat_week": "First", "skip_holidays": 1},
	{
		"subject": "Ask how the system runs",
		"repeat": "Monthly by Date",
		"repeat_every": 3,
		"repeat_from": "Completion",
	},
)
# What these stages ask for: (stage, what, working days later).
STANDARD = (
	("Proposal Sent", "Call about the proposal", 3),
	("Negotiation", "Ask what is still missing for the order", 5),
	("Won", "Say thank you, and ask how the start went", 10),
)


def make(say: Callable[[str], None]) -> None:
	"""Make the follow-ups that are missing, one deal a transaction."""
	say("… follow-ups: kept, late, missed, due today, recurring")
	done = int(site_notes.read(COUNTER) or 0)
	closed = {"status": ["!=", "Open"]}
	deals = frappe.get_all("Deal", {"status": "Open"}, pluck="name", order_by="name")
	deals += frappe.get_all("Deal", closed, pluck="name", order_by="closed_on desc, name", limit=CLOSED_DEALS)
	for number in range(done, len(deals)):
		promise(frappe.get_doc("Deal", deals[number]), number)
		site_notes.write(COUNTER, str(number + 1))
		frappe.db.commit()
	frappe.set_user("Administrator")
	make_standard()
	frappe.db.commit()


def make_standard() -> None:
	"""Give the stages their standard follow-ups: for the deals that enter them from now on."""
	for stage_name, subject, days in STANDARD:
		for name in frappe.get_all("Pipeline Stage", {"stage_name": stage_name}, pluck="name"):
			stage = frappe.get_doc("Pipeline Stage", name)
			if not stage.follow_ups:
				stage.append("follow_ups", {"subject": subject, "working_days": days, "at_time": "10:00"})
				stage.save()


def promise(deal: Any, number: int) -> None:
	"""Make a deal's follow-ups, as its owner makes them: some of the past, and what comes next where it is open."""
	chance = random.Random(f"{SEED}-{number}")
	frappe.set_user(deal.deal_owner or "Administrator")
	for _each in range(chance.randint(1, KEPT_OF_EACH)):
		keep_one(deal, chance)
	if deal.status != "Open":
		return
	days = chance.choice(DUE_IN_DAYS)
	if days is not None:
		priority = chance.choice(("Medium", "Medium", "Medium", "High", "Urgent", "Low"))
		insert(deal, chance.choice(TASKS), at_work(chance, days), priority=priority)
	if number % 6 == 0:
		series = dict(SERIES[number // 6 % len(SERIES)])
		insert(deal, series.pop("subject"), at_work(chance, chance.randint(0, 6)), **series)


def keep_one(deal: Any, chance: random.Random) -> None:
	"""Make one of the past: mostly kept in time, some late, a few given up."""
	began = get_datetime(deal.creation)
	lasted = max((get_datetime(deal.closed_on or now_datetime()) - began).days, 2)
	due_on = get_datetime(add_days(getdate(began), chance.randint(1, lasted - 1)))
	due_on = min(due_on + timedelta(hours=chance.randint(8, 16)), now_datetime() - timedelta(hours=3))
	delay = timedelta(hours=chance.choice((-20, -4, -1, 1, 2, 26, 70)))
	values = {
		"status": "Cancelled" if chance.random() < 0.08 else "Done",
		"completed_on": max(min(due_on + delay, now_datetime()), began),
		"outcome_note": chance.choice(NOTES),
	}
	insert(deal, chance.choice(TASKS), due_on, **values)


def at_work(chance: random.Random, days: int) -> datetime:
	"""Return a time of the working day so many days from today."""
	day = getdate(add_days(now_datetime().date(), days))
	return datetime.combine(day, time(8)) + timedelta(minutes=15 * chance.randint(0, 36))


def insert(deal: Any, subject: str, due_on: datetime, **values: Any) -> None:
	"""Insert a follow-up of a deal for its owner."""
	frappe.get_doc(
		{
			"doctype": "Follow Up",
			"subject": subject,
			"deal": deal.name,
			"customer_profile": deal.customer_profile,
			"assigned_to": deal.deal_owner,
			"due_on": due_on,
			**values,
		}
	).insert()
