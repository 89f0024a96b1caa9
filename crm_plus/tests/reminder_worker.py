"""A worker in a process of its own, for the tests that kill it: delivers what is due at a given time, slowly.

`python -m crm_plus.tests.reminder_worker TIME` (site's time zone, ISO) says "sending" on a line of its own each time that it
is about to put a message on its way, and waits a moment there, before and after: long enough to be killed.
"""

import sys
import time
from typing import Any

import frappe

from crm_plus.tests import connection
from crm_plus.workflows import ledger, reminder_engine, site_clock

SECONDS = 0.1


class SlowStore(ledger.SiteStore):
	"""The site's store, which can be killed in the middle of a message."""

	def send(self, receiver: Any, due: Any) -> None:
		"""Put a message on its way, and take some time over it."""
		print("sending", flush=True)
		time.sleep(SECONDS)
		super().send(receiver, due)
		time.sleep(SECONDS)


def main() -> None:
	"""Deliver, and say so at the end."""
	connection.connect()
	frappe.flags.testing_email = True
	now = site_clock.moment(sys.argv[1])
	store = SlowStore()
	reminder_engine.enter_what_is_due(store, now)
	reminder_engine.deliver(store, now)
	print("done", flush=True)


if __name__ == "__main__":
	main()
