"""What is measured of opening forms, searching and reports, beside the nearest thing that ERPNext does."""

from typing import Any

import frappe
from bulk import PREFIX
from frappe.utils import add_days, nowdate
from listing import DEAL, OPPORTUNITY, TEXT, desk_list, of
from measuring import Case, Operation
from people import customer, phone, profile

FRAGMENT, TYPED_NUMBER = "estrel harb", 4711
# ERPNext's baseline: it walks through all Opportunities in the order of their last change.
WITHOUT_MATCH = "zzqq"


def load_form(doctype: str, name: str) -> Any:
	"""Load a form with its timeline, and the counts of its linked documents, as the Desk does."""
	from frappe.desk.form.load import getdoc
	from frappe.desk.notifications import get_open_count

	getdoc(doctype, name)
	get_open_count(doctype, name)
	return {"docs": frappe.local.response.docs}


def own_form(doctype: str, name: str) -> Any:
	"""Load a form of ours as the Desk does, with its timeline's first page and the counts of its linked documents."""
	from frappe.desk.notifications import get_open_count

	from crm_plus.api import opened, timeline

	opened.document(doctype, name)
	stream = timeline.entries(doctype, name)
	get_open_count(doctype, name)
	return {"docs": frappe.local.response.docs, "stream": stream}


def deal_panel(_nothing: Any) -> Any:
	"""Ask for the documents of the deal that has 200."""
	from crm_plus.api import deal_documents

	return deal_documents.documents_of_deal(f"{PREFIX}DEAL-000002")


def profile_panel(_nothing: Any) -> Any:
	"""Ask for the history of the customer that has hundreds of documents."""
	from crm_plus.api import deal_documents

	return deal_documents.documents_of_profile(profile(1))


def connections(doctype: str, name: str) -> Any:
	"""Ask for the counts of linked documents."""
	from frappe.desk.notifications import get_open_count

	return get_open_count(doctype, name)


def customer_figures(_nothing: Any) -> Any:
	"""Ask for what a Customer's form says of its sales."""
	from erpnext.accounts.party import get_dashboard_info

	return get_dashboard_info("Customer", customer(1))


def form_cases() -> list[Case]:
	"""Return the opening of forms."""
	return [
		Case(
			Operation(
				"form: deal with 50 messages and its timeline",
				lambda _nothing: own_form(DEAL, f"{PREFIX}DEAL-000003"),
			),
			of(OPPORTUNITY, load_form, "form: Opportunity with 50 messages", name=f"{PREFIX}OPP-000003"),
		),
		Case(
			of(
				"Customer Profile",
				own_form,
				"form: profile, 500 messages, 400 documents, and its timeline",
				name=profile(1),
			),
			of("Customer", load_form, "form: Customer, the same", name=customer(1)),
		),
		Case(
			Operation("documents of a deal with 200", deal_panel),
			of(OPPORTUNITY, connections, "Connections: counts of an Opportunity", name=f"{PREFIX}OPP-000003"),
		),
		Case(
			Operation("history of a profile with 400 documents", profile_panel),
			Operation("Customer: counts and yearly sums", lambda _nothing: customer_counts()),
		),
	]


def customer_counts() -> Any:
	"""Ask for all that a Customer's form shows of its documents."""
	connections("Customer", customer(1))
	return customer_figures(None)


def search_cases() -> list[Case]:
	"""Return the search, by a fragment and by a phone number as people write it, and one that finds nothing."""
	number = phone(TYPED_NUMBER)
	written = f"{number[3:5]}/{number[5:8]} {number[8:]}"
	without_match = [["title", "like", f"%{WITHOUT_MATCH}%"]]
	by_phone = [["Contact", "phone", "like", f"%{number[3:]}%"]]
	return [
		Case(found(f'search: "{FRAGMENT}"', FRAGMENT), linked(FRAGMENT)),
		Case(found(f'search: "{TEXT}"', TEXT), linked(TEXT)),
		Case(
			found(f'search: "{written}"', written),
			Operation(
				"Contact list by phone",
				lambda _nothing: frappe.get_list("Contact", filters=by_phone, fields=["name"], limit=20),
			),
		),
		Case(found('search: "no such name"', "no such name"), linked("no such name")),
		Case(
			found("search: without a match, beside a list", WITHOUT_MATCH),
			of(OPPORTUNITY, desk_list, "list: text without a match", filters=without_match),
		),
	]


def found(title: str, text: str) -> Operation:
	"""Return our search for a text."""
	from crm_plus.api import search

	return Operation(title, lambda _nothing: search.find(text))


def linked(text: str) -> Operation:
	"""Return ERPNext's search for a Customer by a text."""
	from frappe.desk.search import search_link

	return Operation(
		"link field: Customer", lambda _nothing: search_link("Customer", text, page_length=20) or []
	)


def report_cases(company: str) -> list[Case]:
	"""Return the reports."""
	year = {"from_date": add_days(nowdate(), -365), "to_date": nowdate(), "company": company}
	stages = {"pipeline_by": "Sales Stage", "range": "Monthly", "based_on": "Amount"}
	nearest = report(
		"Sales Pipeline Analytics", "report: Sales Pipeline Analytics, a year", {**year, **stages}
	)
	title = "report: Invoices Without Deal"
	return [
		Case(report("Invoices Without Deal", f"{title}, all years", {"company": company}), nearest),
		Case(report("Invoices Without Deal", f"{title}, a year", year), nearest),
	]


def report(name: str, title: str, filters: dict[str, Any], most_seconds: int = 0) -> Operation:
	"""Return the running of a report as the Desk asks for it."""
	from frappe.desk.query_report import run

	return Operation(
		title,
		lambda _nothing: run(name, filters=frappe._dict(filters), ignore_prepared_report=True),
		most_seconds=most_seconds,
	)
