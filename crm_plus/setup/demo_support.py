"""The demo's support: tickets of a year in ERPNext's own Issues, the latest still open, and contracts, of which some end soon."""

import random
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import frappe
from frappe.desk.form.assign_to import add as assign
from frappe.utils import add_days, get_datetime, getdate, now_datetime, nowdate

from crm_plus.setup import demo_interactions
from crm_plus.setup.compatibility import doctype_exists
from crm_plus.setup.demo_world import PEOPLE
from crm_plus.workflows import capture, site_notes

SEED = "crm-plus-support"
COUNTER = "crm_plus_demo_issues"
ISSUES, ASSIGNED = 36, 6
YOUNGEST_OPEN_DAYS = 12
TROUBLES = (
	"The gateway loses its connection at night",
	"A sensor shows minus forty degrees",
	"We cannot log in since the update",
	"Please send the manual in our language",
	"One control unit arrived with a scratch",
	"The monthly report stays empty",
	"How do we replace the battery?",
)
ANSWER = "Thank you for telling us. We have looked into it, and this is what to do."
# In how many days a contract ends; less than a month is told to the customer's owner.
ENDS_IN_DAYS = (9, 24, 80, 200, 310)


def make(say: Callable[[str], None]) -> None:
	"""Make what is missing, one a transaction, as far as this ERPNext has Issues and Contracts."""
	say("… tickets and contracts")
	fields = ["name", "erpnext_customer", "email"]
	filters = {"erpnext_customer": ["is", "set"], "email": ["is", "set"]}
	customers = frappe.get_all("Customer Profile", filters, fields, order_by="name")
	if customers and doctype_exists("Issue"):
		make_issues(customers)
	if customers and doctype_exists("Contract"):
		make_contracts(customers)


def make_issues(customers: list[Any]) -> None:
	"""Let customers report trouble all year long; support answers, and closes what is old."""
	supporter = next(person.email for person in PEOPLE if "Support Team" in person.roles)
	for number in range(int(site_notes.read(COUNTER) or 0), ISSUES):
		chance = random.Random(f"{SEED}-{number}")
		days = int(365 * (number / ISSUES) ** 1.5) + chance.randint(0, 3)
		opened = datetime.combine(getdate(add_days(nowdate(), -days)), time(8))
		opened = min(opened + timedelta(minutes=chance.randint(0, 540)), now_datetime() - timedelta(hours=1))
		issue = open_issue(chance.choice(customers), chance.choice(TROUBLES), opened)
		answered = opened + timedelta(minutes=int(min(chance.lognormvariate(5.0, 1.0), 6000)))
		if answered < now_datetime() and (number > 2 or chance.random() < 0.5):
			answer(issue, answered, supporter, closes=days > YOUNGEST_OPEN_DAYS)
		if number < ASSIGNED:
			values = {"doctype": "Issue", "name": issue.name, "assign_to": [supporter]}
			assign({**values, "description": issue.subject})
		site_notes.write(COUNTER, str(number + 1))
		frappe.db.commit()


def open_issue(customer: Any, subject: str, opened: datetime) -> Any:
	"""Store a ticket of a customer as it came in."""
	issue = frappe.get_doc(
		{
			"doctype": "Issue",
			**{"subject": subject, "customer": customer.erpnext_customer, "raised_by": customer.email},
			**{"opening_date": opened.date(), "opening_time": opened.time(), "description": subject},
		}
	).insert()
	frappe.db.commit()
	capture.capture("Issue", issue.name)
	return issue


def answer(issue: Any, when: datetime, user: str, *, closes: bool) -> None:
	"""Answer a ticket by mail; an old one is closed a while later."""
	about = ("Issue", issue.name)
	demo_interactions.write(issue.raised_by, f"Re: {issue.subject}", ANSWER, when, about=about, user=user)
	issue.reload()
	issue.status = "Closed" if closes else "Replied"
	issue.save()
	issue.db_set("first_responded_on", get_datetime(when), update_modified=False)


def make_contracts(customers: list[Any]) -> None:
	"""Submit a year's contract for the first customers."""
	for customer, days in zip(customers, ENDS_IN_DAYS, strict=False):
		ends = getdate(add_days(nowdate(), days))
		if frappe.db.exists("Contract", {"party_name": customer.erpnext_customer}):
			continue
		contract = frappe.get_doc(
			{
				"doctype": "Contract",
				**{"party_type": "Customer", "party_name": customer.erpnext_customer, "is_signed": 1},
				**{"start_date": add_days(ends, -364), "end_date": ends, "signed_on": add_days(ends, -370)},
				"contract_terms": "Support and spare parts within two working days, for one year.",
			}
		)
		contract.insert().submit()
		frappe.db.commit()
