"""Connects a test run to its site. `bench run-tests` does this by itself; pytest does it here."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import frappe

from crm_plus.tests.site_zone import move_site

# An hour ahead of UTC, and never put forward or back: a test may reckon with the times of any night of the year.
# Those that are about a change of clocks choose other zones themselves.
STEADY_ZONE = "Africa/Lagos"


def site_name() -> str:
	"""Return the site that tests run on: $CRM_PLUS_SITE, or the one that `make test` makes."""
	return os.environ.get("CRM_PLUS_SITE") or "test-crm.localhost"


def sites_directory() -> Path:
	"""Return the `sites` folder of the bench in $BENCH_DIR, or of the bench that Frappe is imported from."""
	bench = os.environ.get("BENCH_DIR") or Path(frappe.__file__).resolve().parents[3]
	return Path(bench) / "sites"


def connect() -> None:
	"""Connect to the site as Administrator, as a test run; the current directory becomes the bench's `sites`.

	Raises RuntimeError where the bench has no such site.
	"""
	sites, site = sites_directory(), site_name()
	if not (sites / site / "site_config.json").is_file():
		raise RuntimeError(
			f"There is no site {site} in {sites}: run `make test`, or set CRM_PLUS_SITE and BENCH_DIR."
		)
	os.chdir(sites)
	if not getattr(frappe.local, "initialised", False):
		frappe.init(site=site, sites_path=".")
	if not getattr(frappe.local, "db", None):
		frappe.connect()
	keep_clock_steady()
	frappe.clear_cache()
	mark_as_test_run()
	frappe.set_user("Administrator")


def press_again(act: Callable[[], Any]) -> Any:
	"""Do something at once with others, and again where the database ends one of two that wait for each other.

	Now and then it does, for rows that happen to lie side by side: a person presses again, and Frappe runs a job again.
	"""
	while True:
		try:
			return act()
		except frappe.QueryDeadlockError:
			frappe.db.rollback()


def mark_as_test_run(*, yes: bool = True) -> None:
	"""Set the flag that Frappe's own runner sets; where it moved to between versions, both get it."""
	frappe.flags.in_test = yes
	if hasattr(frappe, "in_test"):
		frappe.in_test = yes


def keep_clock_steady() -> None:
	"""Let the site, which is there for tests alone, live where no night is shorter or longer than another."""
	if frappe.db.get_single_value("System Settings", "time_zone") != STEADY_ZONE:
		move_site(STEADY_ZONE)
		frappe.db.set_default("time_zone", STEADY_ZONE)
		frappe.db.set_value("User", {"time_zone": ["is", "set"]}, "time_zone", STEADY_ZONE)
		frappe.db.commit()  # workers and requests are other connections


@contextmanager
def like_a_web_worker() -> Iterator[None]:
	"""Leave work to background jobs inside the block, as a web worker does and a test run does not."""
	mark_as_test_run(yes=False)
	try:
		yield
	finally:
		mark_as_test_run()


@contextmanager
def own_connection(site: str) -> Iterator[None]:
	"""Be another request inside the block: a thread with a database connection of its own."""
	frappe.init(site, sites_path=".")
	frappe.connect()
	frappe.set_user("Administrator")
	try:
		yield
	finally:
		frappe.destroy()
