"""Time the timeline of customers and deals with 5, 500 and 50,000 entries. In the bench's sites folder, as its user:

	timeline.py --site SITE [--entries 5 500 50000] [--explain]

Puts its rows into a site of its own in bulk, once, and prints a Markdown table: medians of fresh requests, all sizes in
turn. A page is 30 entries; the deep one lies behind two thirds of them. With --explain it prints the plan of each step
that reads one of the big tables. Ratios of one run count, not the times; that of the fastest runs is the one that other
work on the machine disturbs least.
"""

import argparse
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import bulk
import frappe
import generate
from measuring import Case, Measured, Operation, begin_request, compare, plans
from opening import load_form, own_form

KINDS = (("Interaction", 70), ("Follow Up", 10), ("Stage Change", 5), ("Comment", 5))
DOCUMENTS = (("Sales Invoice", 4), ("Sales Order", 3), ("Payment Entry", 3))
OTHERS, ENTRIES_OF_OTHERS = 200, 100
NOW = datetime(2026, 11, 1, 12)
YEARS = 3 * 365 * 24 * 3600
TABLES = (
	*(
		"Communication Link",
		"Communication",
		"Interaction Participant",
		"Interaction",
		"Follow Up",
		"Comment",
	),
	*("Stage Change", "Sales Invoice", "Sales Order", "Payment Entry", "Deal", "Opportunity"),
	*("Customer Profile", "Customer"),
)
ROUND_OF = (("customer", "Customer Profile"), ("deal", "Deal"))


def main() -> None:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--site", required=True, help="a site of its own, with ERPNext and CRM Plus")
	parser.add_argument("--entries", type=int, nargs="+", default=[5, 500, 50_000])
	parser.add_argument("--explain", action="store_true")
	options = parser.parse_args()
	generate.connect(options.site)
	fill(options.entries)
	generate.make_sales_user(frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0])
	print_table(options)
	frappe.destroy()


def fill(sizes: list[int]) -> None:
	"""Put in the rows, unless they are there."""
	if all(frappe.db.exists("Customer Profile", key("PROF", size)) for size in sizes):
		print(f"{frappe.local.site} has these rows already.")
		return
	bulk.remove(TABLES)
	chance = random.Random(3)
	owners = [*sizes, *range(-OTHERS, 0)]
	bulk.put("Customer", (customer(size) for size in owners))
	bulk.put("Customer Profile", (profile(size) for size in owners))
	bulk.put("Deal", (deal(size) for size in owners))
	bulk.put("Opportunity", (opportunity(size) for size in owners))
	for size in owners:
		put_entries(size, size if size > 0 else ENTRIES_OF_OTHERS, chance)
	for doctype in TABLES:
		frappe.db.sql_ddl(f"analyze table `tab{doctype}`")


def key(kind: str, number: int) -> str:
	return f"{bulk.PREFIX}TL-{kind}-{number}"


def row(kind: str, number: int, moment: datetime = NOW, docstatus: int = 0) -> bulk.Row:
	return bulk.stamp(f"TL-{kind}-{number}", moment, "Administrator", docstatus)


def customer(number: int) -> bulk.Row:
	return {**row("CUST", number), "customer_name": f"Customer {number}", "customer_type": "Company"}


def profile(number: int) -> bulk.Row:
	names = {"full_name": f"Customer {number}", "profile_type": "Organization", "lifecycle_stage": "Active"}
	return {**row("PROF", number), **names, "erpnext_customer": key("CUST", number)}


def deal(number: int) -> bulk.Row:
	stage = frappe.get_all("Pipeline Stage", {"outcome": "Open"}, ["name", "pipeline"], limit=1)[0]
	company = frappe.get_all("Company", ["name", "default_currency"], limit=1)[0]
	return {
		**row("DEAL", number),
		**{"title": f"Deal {number}", "customer_profile": key("PROF", number), "status": "Open"},
		**{"stage": stage.name, "pipeline": stage.pipeline, "stage_entered_on": NOW, "conversion_rate": 1},
		**{"company": company.name, "currency": company.default_currency, "amount": 1000},
	}


def opportunity(number: int) -> bulk.Row:
	party = {"opportunity_from": "Customer", "party_name": key("CUST", number), "status": "Open"}
	company = frappe.get_all("Company", pluck="name", limit=1)[0]
	return {**row("OPP", number), **party, "title": f"Opportunity {number}", "company": company}


def put_entries(number: int, count: int, chance: random.Random) -> None:
	"""Put in so many entries of a customer and its deal, a third of the interactions mails with their messages."""
	moments = [NOW - timedelta(seconds=chance.randrange(YEARS)) for _number in range(count)]
	doctypes = [doctype for doctype, share in (*KINDS, *DOCUMENTS) for _number in range(share)]
	rows: dict[str, list[bulk.Row]] = {}
	for place, moment in enumerate(moments):
		doctype = doctypes[place * 37 % len(doctypes)]
		rows.setdefault(doctype, []).append(entry(doctype, number, place, moment))
	for doctype, found in rows.items():
		quietly(doctype, iter(found))
	talks = rows.get("Interaction", [])
	quietly("Interaction Participant", (participant(one, number) for one in talks))
	mails = [one for one in talks if one["source_name"]]
	quietly("Communication", (message(one, "Deal", key("DEAL", number)) for one in mails))
	# The same mails on ERPNext's side, so that its form has them to show.
	quietly("Communication", (message(one, "Opportunity", key("OPP", number)) for one in mails))
	quietly("Communication Link", (link(one, number) for one in mails))


def quietly(doctype: str, rows: Iterator[bulk.Row]) -> None:
	first = next(rows, None)
	if first:
		bulk.put(doctype, (one for one in (first, *rows)))


def entry(doctype: str, number: int, place: int, moment: datetime) -> bulk.Row:
	"""Return the row of one entry."""
	code = {"Interaction": "INT", "Follow Up": "FOL", "Stage Change": "STA", "Comment": "COM"}.get(doctype)
	stamp = row(f"{code or doctype[:8]}-{number}", place, moment, 0 if code else 1)
	owners = {"customer_profile": key("PROF", number), "deal": key("DEAL", number)}
	about = {"reference_doctype": "Deal", "reference_name": key("DEAL", number)}
	mail = key(f"MAIL-{number}", place) if place % 3 == 0 else None
	source = {"source_doctype": mail and "Communication", "source_name": mail, "source_key": mail}
	talk = {"interaction_type": "Call", "subject": f"Talk {place}", "status": "Done", **source}
	promise = {"subject": f"Call {place}", "status": ("Done", "Open", "Cancelled")[place % 3]}
	day = {"customer": key("CUST", number), "docstatus": 1, "currency": "EUR", "grand_total": 100 + place}
	return {
		**stamp,
		**{
			"Interaction": {**owners, **talk, "starts_on": moment},
			"Follow Up": {**owners, **promise, "due_on": moment, "completed_on": moment},
			"Stage Change": {**about, "from_stage": "A", "to_stage": "B", "changed_on": moment},
			"Comment": {**about, "comment_type": "Comment", "content": f"<p>Comment {place}</p>"},
			"Sales Invoice": {**day, "posting_date": moment.date(), "status": "Paid"},
			"Sales Order": {**day, "transaction_date": moment.date(), "status": "Completed"},
			"Payment Entry": {
				**{"party_type": "Customer", "party": key("CUST", number), "posting_date": moment.date()},
				**{"payment_type": "Receive", "received_amount": 100, "status": "Submitted", "docstatus": 1},
			},
		}[doctype],
	}


def participant(talk: bulk.Row, number: int) -> bulk.Row:
	name = talk["name"].removeprefix(bulk.PREFIX)
	columns = bulk.child(talk, f"{name}-P", "Interaction", "participants")
	return {**columns, "customer_profile": key("PROF", number), "happened_on": talk["starts_on"]}


def message(talk: bulk.Row, doctype: str, name: str) -> bulk.Row:
	of_it = talk["source_name"].removeprefix(bulk.PREFIX) + ("" if doctype == "Deal" else "-O")
	stamp = bulk.stamp(of_it, talk["starts_on"], "Administrator")
	said = {"subject": talk["subject"], "communication_type": "Communication", "content": "<p>Hello</p>"}
	about = {"reference_doctype": doctype, "reference_name": name}
	return {**stamp, **said, **about, "communication_date": talk["starts_on"], "sent_or_received": "Received"}


def link(talk: bulk.Row, number: int) -> bulk.Row:
	mail = {**talk, "name": talk["source_name"], "docstatus": 0}
	name = talk["source_name"].removeprefix(bulk.PREFIX)
	columns = bulk.child(mail, f"{name}-L", "Communication", "timeline_links")
	return {**columns, "link_doctype": "Customer Profile", "link_name": key("PROF", number)}


def first_page(doctype: str, name: str) -> Any:
	from crm_plus.api import timeline

	return {"rows": timeline.entries(doctype, name)["entries"]}


def deep_page(doctype: str, name: str) -> Any:
	from crm_plus.api import timeline

	place = [str(NOW - timedelta(seconds=YEARS * 2 // 3)), "comment", "x"]
	return {"rows": timeline.entries(doctype, name, after=place)["entries"]}


def form_and_page(doctype: str, name: str) -> Any:
	return {"rows": own_form(doctype, name)["stream"]["entries"]}


def form_alone(name: str) -> Any:
	return load_form("Opportunity", name)


def cases(sizes: list[int]) -> list[tuple[str, Case]]:
	"""Return all that is measured; the two sides of a case are the smallest and another size, in turn."""
	found = []
	for title, run in (("first page", first_page), ("a page two thirds down", deep_page)):
		for word, doctype in ROUND_OF:
			least, *others = sizes
			code = {"Deal": "DEAL", "Customer Profile": "PROF"}[doctype]
			sides = {size: operation(f"{title} of a {word}", run, doctype, key(code, size)) for size in sizes}
			found += [(f"{least:,} and {size:,}", Case(sides[size], sides[least])) for size in others]
	for size in sizes[:2]:
		ours = operation("form of a deal, with the first page", form_and_page, "Deal", key("DEAL", size))
		theirs = Operation("form of an Opportunity", lambda _nothing, size=size: form_alone(key("OPP", size)))
		found.append((f"{size:,}, beside an Opportunity with the same mails", Case(ours, theirs)))
	return found


def operation(title: str, run: Any, doctype: str, name: str) -> Operation:
	return Operation(title, lambda _nothing: run(doctype, name))


def print_table(options: argparse.Namespace) -> None:
	print(
		"\n| operation | entries | as | rows | queries | median ms | of the other: queries | median ms | ratio |"
	)
	print("|---|---|---|---:|---:|---:|---:|---:|---:|---:|")
	steps: list[str] = []
	for entries, case in cases(options.entries):
		for user in ("Administrator", generate.SALES_USER):
			ours, theirs = compare(case, options.site, user)
			who = "Administrator" if user == "Administrator" else "Sales User"
			cells = [case.ours.title, entries, who, str(ours.rows), *figures(ours), *figures(theirs)]
			ratios = (ours.milliseconds / theirs.milliseconds, min(ours.times) / min(theirs.times))
			print(f"| {' | '.join(cells)} | {ratios[0]:.2f} | {ratios[1]:.2f} |", flush=True)
			begin_request(options.site, "Administrator")
			if options.explain and "page" in case.ours.title:
				steps += ["", f"{case.ours.title}, {entries}, {who}", *plan_lines(ours)]
	print("\n".join(steps))


def figures(measured: Measured) -> list[str]:
	return [str(measured.queries), f"{measured.milliseconds:.1f}"]


def plan_lines(measured: Measured) -> list[str]:
	"""Return the steps of the stream's own query, each table once for each way in which it is read."""
	found = {}
	for query, steps in plans(measured.statements):
		if "_keys" in query:
			for step in steps:
				if str(step["table"]).startswith(("tab", "along")):
					line = f"    {step['table']}: {step['type']} by {step['key']}, {step['Extra'] or ''}"
					found[line] = max(found.get(line, 0), int(str(step["rows"] or 0).split()[0]))
	return [f"{line} (at most {rows} rows)" for line, rows in found.items()]


if __name__ == "__main__":
	main()
