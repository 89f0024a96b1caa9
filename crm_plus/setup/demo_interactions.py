"""The demo's conversations: a lively year of calls, mail and meetings around its deals, and a few strangers who wrote."""

import random
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import frappe
from frappe.utils import add_days, get_datetime, getdate, now_datetime, nowdate

from crm_plus.workflows import capture, interaction_times, site_notes

SEED = "crm-plus-interactions"
COUNTER = "crm_plus_demo_interactions"
DEALS_TALKED_ABOUT = 150
OFFICE = "sales@demo.crm-plus.localhost"
CALLS = (
	("Reached", "Wants to see it running before they decide."),
	("Reached", "Budget is approved, the board meets in two weeks."),
	("No Answer", ""),
	("Left Message", "Asked them to call back."),
	("Interested", "Wants the offer with and without maintenance."),
	("Call Back Later", "On holiday until the end of the month."),
	("Not Interested", "Happy with what they have; ask again next year."),
	("Wants an Offer", "Three of them, delivered before the summer."),
)
MEETINGS = ("Product demo", "Site visit", "Review of the offer", "Kick-off", "Quarterly review")
QUESTIONS = (
	("A question about your offer", "Could you deliver in two parts?"),
	("Delivery date", "When would it arrive if we ordered this week?"),
	("Terms of payment", "Would 60 days be possible?"),
)
STRANGERS = (
	("Miriam Adler", "miriam.adler@nordwind.example", "Request for a quotation"),
	("Tom Baker", "tom@bakerandsons.example", "Saw you at the fair"),
	("Sofia Lind", "sofia.lind@fjord.example", "Do you ship to Norway?"),
	("", "info@unknown-supplier.example", "Our new catalogue"),
)


def make(say: Callable[[str], None]) -> None:
	"""Make the conversations that are missing, one deal a transaction."""
	say("… a year of calls, mail and meetings")
	done = int(site_notes.read(COUNTER) or 0)
	deals = frappe.get_all("Deal", pluck="name", order_by="creation desc, name", limit=DEALS_TALKED_ABOUT)
	with interaction_times.together():
		for number in range(done, len(deals)):
			talk_about(deals[number], number)
			site_notes.write(COUNTER, str(number + 1))
			frappe.db.commit()
	if not frappe.db.exists("Unmatched Mail", {"address": STRANGERS[0][1]}):
		for name, address, subject in STRANGERS:
			write(address, subject, "Hello, please get back to me.", now_datetime(), full_name=name)
	frappe.db.commit()


def talk_about(name: str, number: int) -> None:
	"""Let people talk about a deal: three to six calls, a thread of mail, a meeting now and then."""
	chance = random.Random(f"{SEED}-{number}")
	deal = frappe.get_doc("Deal", name)
	began = max(getdate(deal.creation), getdate(add_days(nowdate(), -365)))
	ended = getdate(deal.closed_on) if deal.closed_on else getdate(nowdate())
	days = max((ended - began).days, 1)
	for _ in range(chance.randint(3, 6)):
		call(deal, chance, moment(chance, began, days))
	if chance.random() < 0.6:
		exchange_mail(deal, chance, moment(chance, began, days))
	if chance.random() < 0.4:
		meet(deal, chance, moment(chance, began, days))
	if deal.status == "Open" and chance.random() < 0.5:
		plan(deal, chance)


def moment(chance: random.Random, began: Any, days: int) -> datetime:
	"""Return a moment within working hours of one of the days, never in the future."""
	day = began + timedelta(days=chance.randint(0, days))
	when = datetime.combine(day, time(9)) + timedelta(minutes=chance.randint(0, 480))
	return min(when, now_datetime() - timedelta(minutes=chance.randint(5, 90)))


def call(deal: Any, chance: random.Random, when: datetime) -> None:
	"""Log a call."""
	outcome, summary = chance.choice(CALLS)
	interaction(deal, "Call", when, outcome=outcome, summary=summary, duration=chance.randint(1, 25) * 60)


def meet(deal: Any, chance: random.Random, when: datetime) -> None:
	"""Log a meeting that took place, or at which nobody came."""
	status = chance.choice(("Done", "Done", "Done", "No Show"))
	interaction(deal, "Meeting", when, status=status, subject=chance.choice(MEETINGS), duration=3600)


def plan(deal: Any, chance: random.Random) -> None:
	"""Plan a meeting within the next three weeks."""
	day = getdate(add_days(nowdate(), chance.randint(1, 20)))
	when = datetime.combine(day, time(chance.randint(9, 16)))
	kind = chance.choice(("Meeting", "Meeting", "Call", "Visit"))
	interaction(deal, kind, when, status="Planned", subject=chance.choice(MEETINGS), duration=3600)


def interaction(deal: Any, kind: str, when: datetime, **values: Any) -> None:
	"""Store an interaction with the deal's customer."""
	frappe.get_doc(
		{
			"doctype": "Interaction",
			"interaction_type": kind,
			"direction": "Outgoing",
			"customer_profile": deal.customer_profile,
			"deal": deal.name,
			"contact": deal.contact,
			"starts_on": when,
			"interaction_owner": deal.deal_owner,
			"owner": deal.deal_owner,
			**values,
		}
	).insert()


def exchange_mail(deal: Any, chance: random.Random, when: datetime) -> None:
	"""Let a mail about the deal's quotation, or about the deal, go out, and mostly an answer come back."""
	address = frappe.db.get_value("Customer Profile", deal.customer_profile, "email")
	if not address:
		return
	quotation = frappe.db.get_value("Quotation", {"crm_plus_deal": deal.name, "docstatus": 1})
	about = ("Quotation", quotation) if quotation else ("Deal", deal.name)
	subject = f"Our offer: {deal.title}"
	sent = write(address, subject, "Please find our offer attached.", when, about=about, user=deal.deal_owner)
	if chance.random() < 0.8:
		title, text = chance.choice(QUESTIONS)
		later = min(when + timedelta(hours=chance.randint(1, 70)), now_datetime())
		write(address, chance.choice((f"Re: {subject}", title)), text, later, about=about, answers=sent)


def write(
	address: str,
	subject: str,
	text: str,
	when: datetime,
	*,
	about: tuple[str, str] | None = None,
	user: str = "",
	answers: str = "",
	full_name: str = "",
) -> str:
	"""Store a mail to (`user` sent it) or from an address as Frappe does, and capture it; returns its name."""
	mail = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Sent" if user else "Received",
			"sender": user or address,
			"sender_full_name": full_name or None,
			"recipients": address if user else OFFICE,
			"subject": subject,
			"content": f"<p>{text}</p>",
			"communication_date": get_datetime(when),
			"reference_doctype": about[0] if about else None,
			"reference_name": about[1] if about else None,
			"in_reply_to": answers or None,
			"message_id": f"{frappe.generate_hash(length=16)}@demo.crm-plus.localhost",
		}
	).insert()
	frappe.db.commit()
	capture.capture("Communication", mail.name)
	return str(mail.name)
