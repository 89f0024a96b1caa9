"""What CRM Plus adds to saving a mail, measured in pairs, and how fast it captures. In the bench's sites folder, as its user:

	mail_cost.py --site SITE [--pairs 100] [--mails 10000] [--check]

Each pair saves two mails alike, in an order that changes from pair to pair: one as always, one with CRM Plus' listeners taken
out of this process. Each stands in a request of its own; the time is that of inserting and committing, handing over to the
queue included. Then so many mails are written by SQL and captured as the worker does it, one transaction each. Records are made
on SITE and stay there; what is queued is left to its workers. With --check it exits with 1 where saving takes more than it may.
Prints two Markdown tables; "added" is the median of the paired differences over the median without, "in quiet" compares the
fastest tenth of both sides, which other work on the machine disturbs least.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import frappe
from frappe.utils import now_datetime
from invoice_cost import Sample, begin_request, count_queries, take_out_listeners

from crm_plus.workflows import capture

LIMIT = 0.15
PEOPLE = 500
ADDRESS = "bench-mail-{}@customer.example"
SQL_BATCH = 1000


def main() -> None:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--site", required=True)
	parser.add_argument("--pairs", type=int, default=100)
	parser.add_argument("--mails", type=int, default=10000)
	parser.add_argument("--check", action="store_true")
	options = parser.parse_args()
	frappe.init(site=options.site, sites_path=".")
	begin_request(options.site)
	make_people()
	print(
		"| saving a mail | without (ms) | with (ms) | added (ms) | added | in quiet | queries without | with |"
	)
	print("|---|---:|---:|---:|---:|---:|---:|---:|")
	cases = {
		"from a known address": from_known,
		"from a stranger": from_stranger,
		"about a deal": about_deal(),
	}
	added = [measure(title, make, options) for title, make in cases.items()]
	capture_many(options)
	frappe.destroy()
	sys.exit(1 if options.check and max(added) > LIMIT else 0)


def make_people() -> None:
	"""Makes the customers that the mails are from, once a site."""
	from crm_plus.tests import factories

	for number in range(PEOPLE):
		email = ADDRESS.format(number)
		if not frappe.db.exists("Customer Profile", {"email": email}):
			factories.make_profile(profile_type="Person", full_name=f"Bench Mail {number}", email=email)
	frappe.db.commit()


def from_known() -> dict[str, Any]:
	return {"sender": ADDRESS.format(7)}


def from_stranger() -> dict[str, Any]:
	return {"sender": f"{frappe.generate_hash(length=10)}@stranger.example"}


def about_deal() -> Callable[[], dict[str, Any]]:
	from crm_plus.tests import factories

	deal = factories.make_deal().name
	frappe.db.commit()
	return lambda: {**from_known(), "reference_doctype": "Deal", "reference_name": deal}


def measure(title: str, make: Callable[[], dict[str, Any]], options: argparse.Namespace) -> float:
	"""Runs the pairs of a case, prints its row and returns the share that CRM Plus adds."""
	for warm_up in (True, False):
		save(make(), options.site, with_app=warm_up)
	pairs = []
	for number in range(options.pairs):
		order = (True, False) if number % 2 else (False, True)
		found = {with_app: save(make(), options.site, with_app=with_app) for with_app in order}
		pairs.append((found[False], found[True]))
	added = statistics.median(having.milliseconds - lacking.milliseconds for lacking, having in pairs)
	sides = list(zip(*pairs, strict=True))
	without, with_app = (statistics.median(one.milliseconds for one in side) for side in sides)
	quiet = [statistics.quantiles([one.milliseconds for one in side], n=10)[0] for side in sides]
	queries = [statistics.median(one.queries for one in side) for side in sides]
	print(
		f"| {title} | {without:.1f} | {with_app:.1f} | {added:.2f} | {added / without:.1%} "
		f"| {quiet[1] / quiet[0] - 1:.1%} | {queries[0]:.0f} | {queries[1]:.0f} |",
		flush=True,
	)
	return added / without


def save(values: dict[str, Any], site: str, *, with_app: bool) -> Sample:
	begin_request(site)
	if not with_app:
		take_out_listeners()
	frappe.get_meta("Communication")
	mail = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"recipients": "sales@ours.example",
			"subject": "A question",
			"content": "<p>" + "What does it cost? " * 40 + "</p>",
			**values,
		}
	)
	count = count_queries()
	started = time.perf_counter()
	mail.insert(ignore_permissions=True)
	frappe.db.commit()
	return Sample((time.perf_counter() - started) * 1000, count())


def capture_many(options: argparse.Namespace) -> None:
	"""Captures mails that were written by SQL, prints how fast, and how fast it is to find nothing new in them."""
	begin_request(options.site)
	names = write_mails(options.mails)
	print("\n| capture | mails | seconds | a second | ms each |\n|---|---:|---:|---:|---:|")
	for title in ("the first time", "again, nothing changed"):
		started = time.perf_counter()
		capture.work(("Communication", name) for name in names)
		seconds = time.perf_counter() - started
		print(
			f"| {title} | {len(names)} | {seconds:.1f} | {len(names) / seconds:.0f} "
			f"| {1000 * seconds / len(names):.1f} |",
			flush=True,
		)
	made = frappe.db.count("Interaction", {"source_name": ["in", names]})
	print(f"\n{made} interactions of {len(names)} mails.")


def write_mails(number: int) -> list[str]:
	"""Writes received mails of known people and returns their names."""
	fields = [
		*("name", "creation", "modified", "owner", "modified_by", "communication_type", "subject"),
		*("communication_medium", "sent_or_received", "sender", "recipients", "communication_date"),
	]
	now, rows = now_datetime(), []
	for index in range(number):
		sender = ADDRESS.format(index % PEOPLE)
		what = ("Communication", f"Question {index}", "Email", "Received", sender, "sales@ours.example", now)
		rows.append((frappe.generate_hash(length=10), now, now, "Administrator", "Administrator", *what))
	for start in range(0, number, SQL_BATCH):
		frappe.db.bulk_insert("Communication", fields, rows[start : start + SQL_BATCH])
	frappe.db.commit()
	return [row[0] for row in rows]


if __name__ == "__main__":
	main()
