"""Fill a site of its own with a large company's sales, seeded. In the bench's sites folder, as its user:

	generate.py --site SITE [--deals 100000] [--profiles 20000] [--quotations 30000] …

Only a site that has no deals, documents or Opportunities yet is filled; from then on a marker in it says that it is a
benchmark's. Run again with the same sizes it does nothing, with others it takes its rows out and puts in new ones.
"""

import argparse
import random
import sys
import time
from dataclasses import asdict, dataclass, fields

import bulk
import frappe
import masters
import opportunities
import papers
import people
import talk

SEED = 20
# What the rows look like; a site that was filled with another shape is filled anew.
SHAPE = 2
BATCH = 500
# The one who lists and opens, with what a salesperson may: the role, and a User Permission for one company.
SALES_USER = "sales@bench.test"
TABLES = (
	*("Payment Ledger Entry", "Payment Entry", "Sales Invoice Item", "Sales Invoice", "Sales Order Item"),
	*(
		"Sales Order",
		"Quotation Item",
		"Quotation",
		"Communication",
		"Stage Change",
		"Deal",
		"Opportunity Lost Reason Detail",
		"Opportunity",
		"Lead",
	),
	*("Dynamic Link", "Contact Phone", "Contact Email", "Contact", "Customer Profile", "Customer"),
)


@dataclass(frozen=True)
class Sizes:
	"""How many rows of each; invoices bring their ledger entries, deals their stage history."""

	deals: int = 100_000
	profiles: int = 20_000
	quotations: int = 30_000
	orders: int = 10_000
	invoices: int = 30_000
	leads: int = 20_000
	opportunities: int = 100_000
	messages: int = 100_000
	interactions: int = 1_000_000
	follow_ups: int = 500_000


# What can be put in anew without all the rest.
TALK = {
	"interactions": ("Interaction", talk.put_interactions),
	"follow_ups": ("Follow Up", talk.put_follow_ups),
}


def main() -> None:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--site", required=True)
	add_size_options(parser)
	options = parser.parse_args()
	connect(options.site)
	fill(chosen_sizes(options))
	frappe.destroy()


def add_size_options(parser: argparse.ArgumentParser) -> None:
	"""Add an option for each table's size."""
	for size in fields(Sizes):
		parser.add_argument(f"--{size.name.replace('_', '-')}", type=int, default=size.default)


def chosen_sizes(options: argparse.Namespace) -> Sizes:
	"""Return the sizes that the command line names."""
	return Sizes(**{size.name: getattr(options, size.name) for size in fields(Sizes)})


def connect(site: str) -> None:
	"""Open the site as Administrator."""
	frappe.init(site=site, sites_path=".")
	frappe.connect()
	frappe.set_user("Administrator")


def fill(sizes: Sizes) -> None:
	"""Bring the site to these sizes, or leave with one sentence where it is none to be filled."""
	found = bulk.marker()
	if not found and (signs := list(bulk.signs_of_work())):
		sys.exit(
			f"{frappe.local.site} has records already ({', '.join(signs)}) and is no benchmark's site: name an empty one."
		)
	if len(sizes_too_small := [name for name, size in asdict(sizes).items() if size < 200]):
		sys.exit(
			f"At least 200 rows are needed of {', '.join(sizes_too_small)}: the first of them are special."
		)
	is_there = found.get("done") and found.get("shape") == SHAPE
	wanted, there = asdict(sizes), found.get("sizes", {}) if is_there else {}
	started = time.perf_counter()
	if differing := [name for name in wanted if name not in TALK and wanted[name] != there.get(name)]:
		print(f"filling {frappe.local.site}: {', '.join(differing)}")
		bulk.mark(done=False)
		bulk.remove(TABLES)
		put_all(sizes)
	talked = [name for name in TALK if differing or wanted[name] != there.get(name)]
	for name in talked:
		bulk.mark(done=False)
		put_talk(sizes, name)
	if not talked:
		print(f"{frappe.local.site} has these sizes already.")
		return
	analyze()
	bulk.mark(done=True, shape=SHAPE, sizes=wanted)
	print(f"filled in {time.perf_counter() - started:.0f} s")


def put_talk(sizes: Sizes, name: str) -> None:
	"""Put in the interactions or the follow-ups alone, in place of those that are there."""
	doctype, put = TALK[name]
	bulk.remove_rows([doctype])
	put(make_world(sizes), getattr(sizes, name))


def put_all(sizes: Sizes) -> None:
	"""Put in the rows of every table, parents before what refers to them."""
	world = make_world(sizes)
	people.put_users(world)
	make_sales_user(world.company)
	people.put_customers(world)
	stages = load_stages()
	sales = papers.put_deals(world, sizes.deals, stages)
	opportunities.put_leads(world, sizes.leads)
	opportunities.put_opportunities(world, sizes.opportunities, sizes.leads)
	papers.put_documents(world, "Quotation", sizes.quotations, sales, without_deal=0.1)
	papers.put_documents(world, "Sales Order", sizes.orders, sales[2:], without_deal=0.1)
	invoices = papers.put_documents(world, "Sales Invoice", sizes.invoices, sales, without_deal=0.3)
	papers.put_ledger(world, invoices)
	people.put_messages(world, sizes.messages, sizes.deals, sizes.opportunities)
	reckon([sale.name for sale in sales])
	look_through()


def make_world(sizes: Sizes) -> people.World:
	"""Return the masters that rows name, made where the site has none."""
	from crm_plus.tests import factories

	company = factories.company()
	accounts = frappe.get_cached_doc("Company", company)
	item = (
		frappe.db.exists("Item", f"{bulk.PREFIX}ITEM")
		or factories.make_item(item_code=f"{bulk.PREFIX}ITEM").name
	)
	world = people.World(
		chance=random.Random(SEED),
		company=company,
		currency=accounts.default_currency,
		receivable=accounts.default_receivable_account,
		masters=masters.make_masters(),
		item=item,
		users=[f"rep{number:02d}@bench.test" for number in range(1, people.USERS + 1)],
		profiles=sizes.profiles,
		opportunities=[
			opportunities.opportunity_name(number) for number in range(1, sizes.opportunities + 1)
		],
	)
	frappe.db.commit()
	return world


def make_sales_user(company: str) -> None:
	"""Insert the salesperson whose rights are measured."""
	if not frappe.db.exists("User", SALES_USER):
		user = frappe.get_doc(
			{"doctype": "User", "email": SALES_USER, "first_name": "Sales", "send_welcome_email": 0}
		)
		user.flags.no_welcome_mail = True
		user.insert()
		user.add_roles("Sales User")
	permission = {"user": SALES_USER, "allow": "Company", "for_value": company}
	if not frappe.db.exists("User Permission", permission):
		frappe.get_doc({"doctype": "User Permission", **permission, "apply_to_all_doctypes": 1}).insert()
	frappe.db.commit()


def load_stages() -> list:
	"""Return the stages that deals stand in, from left to right."""
	from crm_plus.reports.board import load_stages as stages_of

	stages = stages_of(papers.PIPELINE)
	if len(stages) != len(papers.SHARES):
		sys.exit(f"The pipeline {papers.PIPELINE} is not as installed any more: name a new site.")
	return stages


def reckon(deals: list[str]) -> None:
	"""Give the deals the amounts and known documents that they would have, had their documents come one by one."""
	from crm_plus.workflows import deal_follow, deal_money

	started = time.perf_counter()
	names = sorted(set(deals))
	for start in range(0, len(names), BATCH):
		deal_money.refresh(names[start : start + BATCH])
		deal_follow.remember_documents(names[start : start + BATCH])
		frappe.db.commit()
	print(
		f"{'amounts of deals':<28} {len(names):>8} rows {time.perf_counter() - started:>7.1f} s", flush=True
	)


def look_through() -> None:
	"""Let the deals say what their history says of them, as each move would have done."""
	from crm_plus.jobs import deal_progress

	started = time.perf_counter()
	changed = deal_progress.run()
	print(f"{'progress of deals':<28} {changed:>8} rows {time.perf_counter() - started:>7.1f} s", flush=True)


def analyze() -> None:
	"""Let the optimizer know the new sizes."""
	for doctype in (*TABLES, *(doctype for doctype, _put in TALK.values()), "User"):
		frappe.db.sql_ddl(f"analyze table `tab{doctype}`")


if __name__ == "__main__":
	main()
