"""What a site had before CRM Plus: leads, prospects, opportunities and their documents, in bulk but as ERPNext stores them.

A few of each are inserted by ERPNext itself, the rest row by row with what ERPNext would have written.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from erpnext.crm.doctype.opportunity.opportunity import make_quotation
from erpnext.selling.doctype.quotation.quotation import make_sales_order
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice
from frappe.model.document import Document
from frappe.model.naming import set_new_name
from frappe.utils import add_days, nowdate

from crm_plus.tests import factories as make

FIRST_DAY = datetime(2021, 3, 1, 9, 0)
STAGES = ("Prospecting", "Qualification", "Proposal/Price Quote", "Negotiation/Review")
STATUSES = ("Open", "Open", "Replied", "Quotation", "Converted", "Lost", "Closed")


@contextmanager
def before_crm_plus() -> Iterator[None]:
	"""Let records be made as if CRM Plus were not there to follow them."""
	settings = frappe.get_single("CRM Plus Settings")
	before = settings.auto_create_profiles
	settings.db_set("auto_create_profiles", 0)
	try:
		yield
	finally:
		settings.db_set("auto_create_profiles", before)


def bulk(doctype: str, rows: Iterable[dict[str, Any]]) -> None:
	"""Insert rows as they are; all must have the same columns."""
	rows = list(rows)
	if rows:
		columns = list(rows[0])
		frappe.db.bulk_insert(doctype, columns, [[row[column] for column in columns] for row in rows])


def name_for(doctype: str, **values: Any) -> str:
	"""Return the next name of a DocType's series."""
	document = frappe.new_doc(doctype)
	document.update(values)
	set_new_name(document)
	return str(document.name)


def stamps(number: int, owner: str) -> dict[str, Any]:
	"""Return dates of the past and an author, different for each number."""
	created = FIRST_DAY + timedelta(hours=7 * number)
	return {
		"creation": created,
		"modified": created + timedelta(days=3),
		"owner": owner,
		"modified_by": owner,
	}


def make_leads(count: int, owners: list[str]) -> list[str]:
	"""Insert leads in bulk: persons, each third one of a company, no e-mail or phone twice."""
	mark = frappe.generate_hash(length=6)
	rows = [lead_row(number, mark, owners[number % len(owners)]) for number in range(count)]
	bulk("Lead", rows)
	return [row["name"] for row in rows]


def lead_row(number: int, mark: str, owner: str) -> dict[str, Any]:
	"""Return one lead as ERPNext would have stored it."""
	person = f"Ada{number} {mark} Byron"
	company = f"Engine {mark} {number} Ltd" if number % 3 == 0 else None
	return {
		"name": name_for("Lead", naming_series="CRM-LEAD-.YYYY.-"),
		**{
			"naming_series": "CRM-LEAD-.YYYY.-",
			"first_name": person,
			"lead_name": person,
			"company_name": company,
		},
		**{"title": company or person, "email_id": f"ada{number}.{mark}@example.com"},
		**{"mobile_no": f"+4930{number % 90 + 10}{number:05}{int(mark, 36) % 100:02}", "lead_owner": owner},
		**{"status": "Do Not Contact" if number % 50 == 49 else "Lead", "job_title": "Buyer"},
		**stamps(number, owner),
	}


def make_opportunities(leads: list[str], count: int, owners: list[str], items: list[str]) -> list[str]:
	"""Insert opportunities on leads in bulk, in two currencies, half of them with items, in every status."""
	company = make.company()
	rows = [opportunity_row(number, leads[number % len(leads)], owners, company) for number in range(count)]
	lines = [line for number, row in enumerate(rows) if number % 2 for line in lines_of(row, number, items)]
	bulk("Opportunity", rows)
	bulk("Opportunity Item", lines)
	return [row["name"] for row in rows]


def opportunity_row(number: int, lead: str, owners: list[str], company: str) -> dict[str, Any]:
	"""Return one opportunity; those with an odd number have items, which add up to their amount."""
	currency, rate = (
		("USD", 0.9)
		if number % 5 == 0
		else (frappe.get_cached_value("Company", company, "default_currency"), 1)
	)
	amount = 2 * (100 + number) + 50 if number % 2 else 1000.55 + number
	return {
		"name": name_for("Opportunity", naming_series="CRM-OPP-.YYYY.-"),
		**{
			"naming_series": "CRM-OPP-.YYYY.-",
			"opportunity_from": "Lead",
			"party_name": lead,
			"company": company,
		},
		**{
			"title": f"Engine no. {number}",
			"customer_name": f"Customer {number}",
			"opportunity_type": "Sales",
		},
		**{"status": STATUSES[number % len(STATUSES)], "sales_stage": STAGES[number % len(STAGES)]},
		**{"probability": 100 if number % 4 else 35, "currency": currency, "conversion_rate": rate},
		**{"opportunity_amount": amount, "base_opportunity_amount": amount * rate},
		**{"total": amount if number % 2 else 0, "base_total": amount * rate if number % 2 else 0},
		**{"transaction_date": FIRST_DAY.date(), "expected_closing": add_days(nowdate(), number % 60)},
		**{"opportunity_owner": owners[(number + 1) % len(owners)], "order_lost_reason": None},
		**stamps(number, owners[number % len(owners)]),
	}


def lines_of(row: dict[str, Any], number: int, items: list[str]) -> list[dict[str, Any]]:
	"""Return the two items of an opportunity."""
	rate = row["conversion_rate"]
	return [
		{
			"name": frappe.generate_hash(length=12),
			**{"parent": row["name"], "parenttype": "Opportunity", "parentfield": "items", "idx": position},
			**{"item_code": items[position % len(items)], "item_name": "An engine", "uom": "Nos", "qty": qty},
			**{
				"rate": price,
				"amount": qty * price,
				"base_rate": price * rate,
				"base_amount": qty * price * rate,
			},
		}
		for position, (qty, price) in enumerate(((2, 100 + number), (1, 50)), 1)
	]


def add_comments(doctype: str, names: list[str], owner: str) -> None:
	"""Insert one comment by `owner` on each record, a day after the epoch of the factory."""
	day = FIRST_DAY + timedelta(days=1)
	made = {"owner": owner, "modified_by": owner, "creation": day, "modified": day}
	bulk(
		"Comment",
		(
			{
				"name": frappe.generate_hash(length=12),
				**{"comment_type": "Comment", "reference_doctype": doctype, "reference_name": name},
				**{"content": f"<p>Called {name}</p>", "comment_email": owner, "comment_by": "Ada", **made},
			}
			for name in names
		),
	)


def add_note(doctype: str, name: str, text: str, author: str) -> None:
	"""Add a note as ERPNext's own forms do."""
	document = frappe.get_doc(doctype, name)
	document.append("notes", {"note": text, "added_by": author, "added_on": FIRST_DAY})
	document.flags.ignore_validate = True
	document.save()


def add_file(doctype: str, name: str, content: str) -> Document:
	"""Attach a private text file."""
	return frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{frappe.generate_hash(length=8)}.txt",
			"attached_to_doctype": doctype,
			"attached_to_name": name,
			"content": content,
			"is_private": 1,
		}
	).insert()


def add_mail(doctype: str, name: str) -> Document:
	"""Log an incoming mail on a record."""
	return make.make(
		"Communication",
		communication_type="Communication",
		communication_medium="Email",
		sent_or_received="Received",
		subject="Hello",
		content="Hello there",
		sender="ada@example.com",
		reference_doctype=doctype,
		reference_name=name,
	)


def make_real_lead(**values: Any) -> Document:
	"""Insert a lead through ERPNext, which makes its Contact."""
	mark = frappe.generate_hash(length=8)
	return make.make(
		"Lead", **{"first_name": "Grace", "last_name": mark, "email_id": f"{mark}@example.com", **values}
	)


def make_prospect(lead: Document, **values: Any) -> Document:
	"""Insert a prospect that a lead belongs to."""
	values = {"company_name": make.unique("Prospect"), "company": make.company(), **values}
	return make.make("Prospect", **values, leads=[{"lead": lead.name}])


def make_real_opportunity(party_doctype: str, party: str, item: str, **values: Any) -> Document:
	"""Insert an opportunity with one item through ERPNext."""
	return make.make(
		"Opportunity",
		**{
			"opportunity_from": party_doctype,
			"party_name": party,
			"company": make.company(),
			"transaction_date": nowdate(),
			"items": [{"item_code": item, "qty": 2, "rate": 150, "uom": "Nos"}],
			"opportunity_amount": 300,
			**values,
		},
	)


def make_chain(opportunity: str) -> dict[str, Document]:
	"""Quote, order, invoice and pay an opportunity of a Customer through ERPNext's own buttons."""
	quotation = make_quotation(opportunity)
	quotation.valid_till = add_days(nowdate(), 30)
	quotation.insert().submit()
	order = make_sales_order(quotation.name)
	order.delivery_date = add_days(nowdate(), 7)
	for row in order.items:
		row.delivery_date = order.delivery_date
	order.insert().submit()
	invoice = make_sales_invoice(order.name)
	invoice.insert().submit()
	payment = get_payment_entry("Sales Invoice", invoice.name)
	payment.reference_no, payment.reference_date = "1", nowdate()
	payment.insert().submit()
	return {"quotation": quotation, "order": order, "invoice": invoice, "payment": payment}
