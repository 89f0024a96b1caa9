"""What every test that needs a site starts from. Runs under pytest and under `bench run-tests` alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import frappe

from crm_plus.tests.clock import begin_in_one_day

try:
	from frappe.tests import IntegrationTestCase as FrappeTestCase
except ImportError:
	from frappe.tests.utils import FrappeTestCase


class CRMPlusTestCase(FrappeTestCase):
	"""Starts each test as Administrator and rolls back what it has not committed.

	What must be seen by callbacks that run after a commit is committed for real, with `self.commit()`: the site is
	thrown away, and records have names of their own, so nothing is cleaned up.
	"""

	def setUp(self) -> None:
		super().setUp()
		begin_in_one_day()
		frappe.set_user("Administrator")
		frappe.clear_messages()

	def tearDown(self) -> None:
		frappe.db.rollback()
		frappe.set_user("Administrator")
		super().tearDown()

	def commit(self) -> None:
		"""End the transaction as the end of a request does: what waits for the commit runs now."""
		frappe.db.commit()  # a test stands in for the request whose end commits

	@contextmanager
	def as_user(self, email: str) -> Iterator[None]:
		"""Be this user inside the block, and the one from before after it."""
		before = frappe.session.user
		frappe.set_user(email)
		try:
			yield
		finally:
			frappe.set_user(before)

	@contextmanager
	def count_queries(self) -> Iterator[list[str]]:
		"""Collect the SQL of all queries inside the block: `with self.count_queries() as queries`, then `len(queries)`."""
		queries: list[str] = []
		database = frappe.db.__class__
		run = database.sql

		def run_and_note(self: Any, *args: Any, **kwargs: Any) -> Any:
			answer = run(self, *args, **kwargs)
			queries.append(str(self.last_query))
			return answer

		database.sql = run_and_note
		try:
			yield queries
		finally:
			database.sql = run
