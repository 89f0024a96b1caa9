"""Lets the site of a test run live by another clock."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe


def move_site(zone: str) -> None:
	"""Let the site live in another time zone from now on, in this process at once."""
	frappe.db.set_single_value("System Settings", "time_zone", zone)
	if hasattr(frappe, "client_cache"):
		# Frappe 16 keeps the settings in each process too, and tells it some milliseconds later that they changed.
		frappe.client_cache.clear_cache()
	if hasattr(frappe.local, "system_settings"):
		del frappe.local.system_settings


@contextmanager
def site_in(zone: str) -> Iterator[None]:
	"""Let the site live in another time zone inside the block."""
	before = frappe.db.get_single_value("System Settings", "time_zone")
	move_site(zone)
	try:
		yield
	finally:
		move_site(before)
