"""The demo's service: customers who write are answered, mostly in time; some ask for help; and all have lived before today."""

import random
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import frappe
from frappe.utils import get_datetime, getdate, now_datetime

from crm_plus.setup import demo_interactions
from crm_plus.workflows import interaction_times, site_notes

SEED = "crm-plus-service"
NOTE = "crm_plus_demo_service"
REQUESTS = 90
HELP = (
	("Support", "The display stays dark after the update"),
	("Support", "How do we add a second user?"),
	("Support", "A part is missing in our delivery"),
	("Support", "The invoice shows the old address"),
	("Chat", "Is the spare part in stock?"),
)
# Days after a purchase at which a customer declines, as the settings come.
DECLINE = {"At Risk": 90, "Inactive": 180}


def make(say: Callable[[str], None]) -> None:
	"""Make what is missing, once."""
	if site_notes.read(NOTE):
		return
	say("… customers who ask for help, and our answers")
	with interaction_times.together():
		answer_mails()
		ask_for_help()
	look_back()
	site_notes.write(NOTE, "1")
	frappe.db.commit()


def answer_mails() -> None:
	"""Answer most of the mails that customers wrote about a deal."""
	chance = random.Random(f"{SEED}-mails")
	fields = ["customer_profile", "deal", "subject", "starts_on", "interaction_owner"]
	wanted = {"interaction_type": "Email", "direction": "Incoming", "deal": ["is", "set"]}
	for mail in frappe.get_all("Interaction", wanted, fields, order_by="starts_on, name"):
		address = frappe.db.get_value("Customer Profile", mail.customer_profile, "email")
		when = get_datetime(mail.starts_on) + waited(chance)
		if not address or when > now_datetime() or chance.random() > 0.85:
			continue
		subject = f"Re: {mail.subject.removeprefix('Re: ')}"
		about, user = ("Deal", mail.deal), mail.interaction_owner
		demo_interactions.write(
			address, subject, "Thank you, here is what you need.", when, about=about, user=user
		)


def waited(chance: random.Random) -> timedelta:
	"""Return how long a customer waits: half of them some hours, a few some days."""
	return timedelta(minutes=int(min(chance.lognormvariate(5.2, 1.0), 8000)))


def ask_for_help() -> None:
	"""Let customers ask for help over the last months; nine in ten are answered."""
	chance = random.Random(f"{SEED}-help")
	fields = ["name", "profile_owner"]
	customers = frappe.get_all(
		"Customer Profile", {"erpnext_customer": ["is", "set"]}, fields, order_by="name"
	)
	for _number in range(REQUESTS if customers else 0):
		customer, (kind, subject) = chance.choice(customers), chance.choice(HELP)
		day = getdate() - timedelta(days=int(chance.triangular(0, 120, 10)))
		asked = datetime.combine(day, time(8)) + timedelta(minutes=chance.randint(0, 600))
		if asked > now_datetime():
			continue
		put(customer, kind, subject, asked, "Incoming")
		answered = asked + waited(chance)
		if answered < now_datetime() and chance.random() < 0.9:
			put(customer, kind, f"Re: {subject}", answered, "Outgoing")
		frappe.db.commit()


def put(customer: Any, kind: str, subject: str, when: datetime, direction: str) -> None:
	"""Store one message of a customer or to him."""
	frappe.get_doc(
		{
			"doctype": "Interaction",
			**{"interaction_type": kind, "direction": direction, "subject": subject, "starts_on": when},
			**{"customer_profile": customer.name, "interaction_owner": customer.profile_owner},
		}
	).insert()


def look_back() -> None:
	"""Give each customer the past that his deals and purchases have: all were typed in today."""
	chance = random.Random(f"{SEED}-past")
	deals = {
		row.customer_profile: row
		for row in frappe.get_all(
			"Deal",
			fields=["customer_profile", "creation"],
			order_by="creation desc",
		)
	}
	for profile in frappe.get_all("Customer Profile", fields=["name", "last_purchase_on"], order_by="name"):
		deal = deals.get(profile.name)
		began = (
			get_datetime(deal.creation) if deal else now_datetime() - timedelta(days=chance.randint(5, 400))
		)
		came = (
			began - timedelta(days=chance.randint(1, 45), minutes=chance.randint(0, 900)) if deal else began
		)
		frappe.db.set_value("Customer Profile", profile.name, "creation", came, update_modified=False)
		date_moves(profile, came, began)


def date_moves(profile: Any, came: datetime, began: datetime) -> None:
	"""Set a customer's moves to when they would have been: with the first deal, the last purchase, and the time after it."""
	moves = frappe.get_all(
		"Stage Change",
		{"reference_doctype": "Customer Profile", "reference_name": profile.name},
		["name", "from_stage", "to_stage"],
		order_by="changed_on",
	)
	bought = (
		datetime.combine(getdate(profile.last_purchase_on), time(12)) if profile.last_purchase_on else began
	)
	last = came
	for move in moves:
		moment = bought + timedelta(days=DECLINE.get(move.to_stage, 0))
		# The first stages of the lifecycle.
		moment = {"Lead": came, "Prospect": began}.get(move.to_stage, moment) if move.from_stage else came
		moment = min(max(moment, last), now_datetime())
		seconds = int((moment - last).total_seconds())
		values = {"changed_on": moment, "creation": moment, "seconds_in_previous": seconds}
		frappe.db.set_value("Stage Change", move.name, values, update_modified=False)
		last = moment
