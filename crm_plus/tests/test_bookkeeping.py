"""A deal says what the ledgers say, whatever an accountant does; and where our part of it is broken, he does it all the same."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import cycle
from typing import Any, ClassVar
from unittest.mock import patch

import frappe

from crm_plus.jobs import deal_reconciliation
from crm_plus.tests import bookkeeping_acts as acts
from crm_plus.tests import bookkeeping_tools as tools
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.bookkeeper import Bookkeeper
from crm_plus.tests.factories_accounting import make_accountant
from crm_plus.tests.money_oracle import amounts_of
from crm_plus.workflows import deal_money, until_commit

Broken = Callable[[], AbstractContextManager[Any]]
FAULT = RuntimeError("broken on purpose")
# What fails: what we do once the document is safe, and what we do while it is posted.
BROKEN: tuple[Broken, ...] = (
	lambda: patch.object(deal_money, "open_books", side_effect=FAULT),
	lambda: patch.object(until_commit, "notes", side_effect=FAULT),
)
# Those that come to a deal each in a way of their own: by a commit inside the document, by SQL, by entries deleted.
ACTS_WITHOUT_US = (acts.till, acts.set_off, acts.closed_books, acts.repost_ledgers)


class TestBookkeeping(CRMPlusTestCase):
	accountant: ClassVar[str]

	def setUp(self) -> None:
		super().setUp()
		# Tills, reposting and discounting are for ERPNext's administrators alone.
		self.accountant = make_accountant("Accounts Manager", "Stock User", "System Manager")
		self.commit()

	def steps(
		self, act: Callable[[Bookkeeper], acts.Act], *broken: Broken
	) -> Iterator[tuple[Bookkeeper, str]]:
		"""Let the accountant do an act and return after each of its steps; what is broken takes turns."""
		keeper = Bookkeeper()
		try:
			doing = act(keeper)
			next(doing)
			self.commit()
			for state in cycle(broken or (nullcontext,)):
				with state(), self.as_user(self.accountant):
					done = next(doing, None)
					self.commit()
				if done is None:
					return
				yield keeper, done
		finally:
			frappe.db.rollback()
			keeper.restore()  # where an act broke off, the next one finds the books open

	def compare(self, keeper: Bookkeeper, done: str) -> None:
		stored = amounts_of(keeper.deal)
		for field, amount in keeper.worth().items():
			self.assertAlmostEqual(stored[field], amount, delta=0.005, msg=f"{field}: {done}")
		days = keeper.days()
		self.assertEqual(frappe.db.get_value("Deal", keeper.deal, list(days), as_dict=True), days, done)

	def test_amounts_and_days_are_those_of_the_ledgers(self) -> None:
		for act in (*acts.ACTS, *tools.ACTS):
			with self.subTest(act.__name__):
				for keeper, done in self.steps(act):
					self.compare(keeper, done)

	def test_a_fault_of_ours_stops_nothing_and_the_night_sets_it_right(self) -> None:
		for act in ACTS_WITHOUT_US:
			with self.subTest(act.__name__):
				known = self.logged()
				for keeper, done in self.steps(act, *BROKEN):
					logged = [title for name, title in self.logged().items() if name not in known]
					repaired = deal_reconciliation.reconcile([keeper.deal])
					self.assertTrue(logged or not repaired, f"nothing was logged: {done}")
					self.assertCountEqual(logged, set(logged), f"logged more than once: {done}")
					self.compare(keeper, done)
					known = self.logged()

	def logged(self) -> dict[str, str]:
		"""Return the titles of all logs of the fault, by name."""
		return dict(
			frappe.get_all("Error Log", {"error": ["like", f"%{FAULT}%"]}, ["name", "method"], as_list=True)
		)
