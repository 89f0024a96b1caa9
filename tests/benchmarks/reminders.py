"""Time one tick of the reminders with half a million open follow-ups, of which a thousand are due. In the bench's sites folder:

	reminders.py --site SITE [--open 500000] [--due 1000]

Fills the site by bulk SQL first, where it is not filled, and takes it out again with --clean. Prints a Markdown table and
the plans of the tick's reading statements.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import frappe

from crm_plus.workflows import ledger, remindables, reminder_engine, site_clock

PREFIX = "BENCH-REMIND-"
USERS = 200
CHUNK = 20_000
ROUNDS = 7


def main() -> None:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--site", required=True)
	parser.add_argument("--open", type=int, default=500_000)
	parser.add_argument("--due", type=int, default=1_000)
	parser.add_argument("--clean", action="store_true", help="take the rows out again at the end")
	options = parser.parse_args()
	frappe.init(site=options.site, sites_path=".")
	frappe.connect()
	try:
		fill(options.open)
		measure(options.open, options.due)
	finally:
		if options.clean:
			clean()
		frappe.destroy()


def fill(wanted: int) -> None:
	"""Insert open follow-ups of the coming year, as many as are missing."""
	there = frappe.db.count("Follow Up", {"name": ["like", f"{PREFIX}%"]})
	users = bench_users()
	profile = frappe.get_all("Customer Profile", pluck="name", limit=1)[0]
	now = site_clock.stored(site_clock.now())
	fields = ["name", "owner", "modified_by", "creation", "modified", "docstatus", "idx", "subject"]
	fields += ["customer_profile", "assigned_to", "due_on", "status", "priority", "remind_on"]
	for start in range(there, wanted, CHUNK):
		rows = []
		for number in range(start, min(start + CHUNK, wanted)):
			due = now + timedelta(minutes=600 + number % 525_000)
			rows.append(
				(
					*(f"{PREFIX}{number:07}", users[0], users[0], now, now, 0, 0, f"Call {number}"),
					*(profile, users[number % USERS], due, "Open", "Medium", due - timedelta(minutes=15)),
				)
			)
		frappe.db.bulk_insert("Follow Up", fields, rows)
		frappe.db.commit()
	frappe.db.sql("analyze table `tabFollow Up`, `tabReminder Delivery`")


def bench_users() -> list[str]:
	"""Return the users of the benchmark, made where they are missing."""
	names = [f"bench-remind-{number}@example.com" for number in range(USERS)]
	frappe.local.conf.throttle_user_limit = 10**6
	for name in names:
		if not frappe.db.exists("User", name):
			doc = frappe.get_doc(
				{"doctype": "User", "email": name, "first_name": "Bench", "send_welcome_email": 0}
			)
			doc.append("roles", {"role": "Sales Manager"})
			doc.insert()
	frappe.db.commit()
	return names


def make_due(due: int) -> None:
	"""Let so many follow-ups be due now, and forget what was told of them."""
	frappe.db.delete("Reminder Delivery", {"reference_name": ["like", f"{PREFIX}%"]})
	now = site_clock.stored(site_clock.now())
	names = [f"{PREFIX}{number:07}" for number in range(due)]
	frappe.db.set_value("Follow Up", {"name": ["in", names]}, "remind_on", now, update_modified=False)
	frappe.db.commit()


def measure(there: int, due: int) -> None:
	"""Print the medians of the tick's parts, and their plans."""
	store, now = ledger.SiteStore(), site_clock.now()
	print("\n| step | open | due | queries | median ms |\n|---|---:|---:|---:|---:|")
	steps: tuple[tuple[str, int, Callable[[], Any]], ...] = (
		("a tick with nothing due", 0, lambda: tick(store)),
		("find and lock what is due", due, lambda: find(store, due)),
		("the whole tick: find, enter in the ledger, tick off", due, lambda: tick(store)),
		("find whom to deliver to", due, lambda: store.receivers(site_clock.now(), 1000)),
	)
	for title, number, step in steps:
		times, asked = [], 0
		for _ in range(ROUNDS):
			if number:
				make_due(number)
			if step is steps[3][2]:
				tick(store)
			with statements() as found:
				begin = time.perf_counter()
				step()
				times.append(time.perf_counter() - begin)
			frappe.db.rollback()
			asked = len(found)
		print(f"| {title} | {there:,} | {number:,} | {asked} | {sorted(times)[ROUNDS // 2] * 1000:.1f} |")
	print_plans(store, due, now)


def find(store: ledger.SiteStore, due: int) -> None:
	"""Read what is due, and let it go again."""
	remindables.take(site_clock.now(), due)
	store.rollback()


def tick(store: ledger.SiteStore) -> None:
	"""Do what the scheduled job does before it hands on."""
	now = site_clock.now()
	reminder_engine.enter_what_is_due(store, now)
	store.receivers(now, 200)
	store.commit()


def print_plans(store: ledger.SiteStore, due: int, now: Any) -> None:
	"""Print how the database finds what is due."""
	make_due(due)
	with statements() as found:
		store.take_occasions(now, 500)
		store.receivers(now, 1000)
	store.rollback()
	print()
	for query in found:
		if query.lower().startswith("select") and ("tabFollow Up" in query or "tabReminder" in query):
			for row in frappe.db.sql(f"explain {query}", as_dict=True):
				print(f"- `{query[:90]}…`: key {row.key}, type {row.type}, rows {row.rows}, {row.Extra}")


@contextmanager
def statements() -> Iterator[list[str]]:
	"""Collect the statements of the block."""
	found: list[str] = []
	database = frappe.db.__class__
	run = database.sql

	def note(self: Any, *args: Any, **kwargs: Any) -> Any:
		answer = run(self, *args, **kwargs)
		found.append(str(self.last_query))
		return answer

	database.sql = note
	try:
		yield found
	finally:
		database.sql = run


def clean() -> None:
	"""Take out what was filled in."""
	frappe.db.delete("Reminder Delivery", {"reference_name": ["like", f"{PREFIX}%"]})
	frappe.db.delete("Follow Up", {"name": ["like", f"{PREFIX}%"]})
	frappe.db.commit()


if __name__ == "__main__":
	main()
