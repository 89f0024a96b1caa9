"""What CRM Plus adds to submitting a Sales Invoice, measured in pairs. In the bench's sites folder, as its user:

	invoice_cost.py --site SITE [--pairs 60] [--check]

Each pair submits two invoices alike, in an order that changes from pair to pair: one as always, one with CRM Plus' listeners
taken out of this process. Each stands in a request of its own: new connection, cold caches of the process. The time is that of
loading, submitting and committing, our work after the commit included; what is left to a worker keeps nobody waiting and counts
as the handing over alone. Records are made on SITE and stay there, and so do the jobs in its queue.
With --check it exits with 1 where CRM Plus adds more than it may. Prints a Markdown table; times are in milliseconds. "Added"
is the median of the paired differences over the median without; "in quiet" compares the fastest tenth of both sides, which
other work on the machine disturbs least.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import frappe

APP = "crm_plus."


@dataclass(frozen=True)
class Case:
	"""A kind of invoice: what it is, what makes a draft of it (returns its name), and the share that we may add."""

	title: str
	draft: Callable[[], str]
	limit: float


@dataclass(frozen=True)
class Sample:
	"""One submission: milliseconds and queries."""

	milliseconds: float
	queries: int


def main() -> None:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--site", required=True)
	parser.add_argument("--pairs", type=int, default=60)
	parser.add_argument("--check", action="store_true")
	options = parser.parse_args()
	frappe.init(site=options.site, sites_path=".")
	begin_request(options.site)
	prepare_masters()
	cases = (
		Case("no deal involved", plain_invoice, 0.05),
		Case("rows name a deal", invoice_of_deal, 0.15),
		Case("made from the order of a deal", invoice_of_order, 0.15),
	)
	print(
		"| invoice | without (ms) | with (ms) | added (ms) | quartiles | added | in quiet | queries without | with |"
	)
	print("|---|---:|---:|---:|---|---:|---:|---:|---:|")
	too_much = [case.title for case in cases if measure(case, options) > case.limit]
	if too_much:
		print(f"\nMore than CRM Plus may add: {', '.join(too_much)}.")
	frappe.destroy()
	sys.exit(1 if too_much and options.check else 0)


def measure(case: Case, options: argparse.Namespace) -> float:
	"""Runs the pairs of a case, prints its row and returns the share that CRM Plus adds."""
	for warm_up in (True, False):
		submit_draft(case, options.site, with_app=warm_up)
	pairs = []
	for number in range(options.pairs):
		order = (True, False) if number % 2 else (False, True)
		found = {with_app: submit_draft(case, options.site, with_app=with_app) for with_app in order}
		pairs.append((found[False], found[True]))
	added = [having.milliseconds - lacking.milliseconds for lacking, having in pairs]
	without = statistics.median(lacking.milliseconds for lacking, _having in pairs)
	with_app = statistics.median(having.milliseconds for _lacking, having in pairs)
	low, middle, high = statistics.quantiles(added, n=4)
	quiet = [
		statistics.quantiles([s.milliseconds for s in side], n=10)[0] for side in zip(*pairs, strict=True)
	]
	queries = [statistics.median(sample.queries for sample in side) for side in zip(*pairs, strict=True)]
	print(
		f"| {case.title} | {without:.1f} | {with_app:.1f} | {middle:.1f} | {low:.1f} to {high:.1f} "
		f"| {middle / without:.1%} | {quiet[1] / quiet[0] - 1:.1%} | {queries[0]:.0f} | {queries[1]:.0f} |",
		flush=True,
	)
	return middle / without


def submit_draft(case: Case, site: str, *, with_app: bool) -> Sample:
	begin_request(site)
	name = case.draft()
	frappe.db.commit()
	begin_request(site)
	if not with_app:
		take_out_listeners()
	frappe.get_meta("Sales Invoice")
	count = count_queries()
	started = time.perf_counter()
	frappe.get_doc("Sales Invoice", name).submit()
	frappe.db.commit()
	return Sample((time.perf_counter() - started) * 1000, count())


def begin_request(site: str) -> None:
	"""What a web worker starts a request with: nothing from the one before."""
	if getattr(frappe.local, "db", None):
		frappe.db.close()
	frappe.destroy()
	frappe.init(site=site, sites_path=".")
	frappe.connect()
	frappe.set_user("Administrator")


def take_out_listeners() -> None:
	"""This request's documents call the listeners of all apps but ours."""
	frappe.local.doc_events_hooks = {
		doctype: {
			event: [path for path in paths if not path.startswith(APP)] for event, paths in events.items()
		}
		for doctype, events in frappe.get_doc_hooks().items()
	}


def count_queries() -> Callable[[], int]:
	"""Counts this connection's queries from now on, as the database itself does."""
	before = asked()
	return lambda: asked() - before - 1


def asked() -> int:
	return int(frappe.db.sql("show session status like 'Questions'")[0][1])


def prepare_masters() -> None:
	from crm_plus.tests import factories

	customer = factories.make_customer().name
	rows = [{"item_code": factories.make_item().name, "qty": 2, "rate": 100 + number} for number in range(3)]
	masters.update(customer=customer, rows=rows, company=factories.company())
	frappe.db.commit()
	masters["profile"] = factories.make_profile(erpnext_customer=customer).name
	frappe.db.commit()


masters: dict[str, Any] = {}


def document(doctype: str, **values: Any) -> Any:
	rows = [dict(row) for row in masters["rows"]]
	common = {
		"doctype": doctype,
		"company": masters["company"],
		"customer": masters["customer"],
		"items": rows,
	}
	return frappe.get_doc({**common, **values}).insert()


def make_deal() -> str:
	from crm_plus.tests import factories

	return factories.make_deal(customer_profile=masters["profile"], items=masters["rows"]).name


def plain_invoice() -> str:
	return document("Sales Invoice").name


def invoice_of_deal() -> str:
	return document("Sales Invoice", crm_plus_deal=make_deal()).name


def invoice_of_order() -> str:
	from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

	order = document("Sales Order", crm_plus_deal=make_deal(), delivery_date=frappe.utils.nowdate())
	order.submit()
	frappe.db.commit()
	return make_sales_invoice(order.name).insert().name


if __name__ == "__main__":
	main()
