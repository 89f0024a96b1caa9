"""What the guard around listeners undoes when one of them fails."""

from typing import Any

import frappe

from crm_plus.overrides import sales_documents
from crm_plus.overrides.guard import never_in_the_way
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase


class TestGuard(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.names = [factories.unique("Reason") for _ in range(3)]

	def kept(self) -> list[str]:
		return [name for name in self.names if frappe.db.exists("Lost Reason", name)]

	def test_a_failed_listener_leaves_nothing_though_one_inside_it_went_well(self) -> None:
		before, outer_name, inner_name = self.names

		@never_in_the_way(writes=True)
		def inner(doc: Any) -> None:
			factories.make("Lost Reason", reason=inner_name)

		@never_in_the_way(writes=True)
		def outer(doc: Any) -> None:
			factories.make("Lost Reason", reason=outer_name)
			inner(doc)
			raise RuntimeError("the outer one fails")

		factories.make("Lost Reason", reason=before)
		outer(None)
		self.assertEqual(self.kept(), [before])

	def test_a_failure_inside_undoes_the_inner_one_alone(self) -> None:
		before, outer_name, inner_name = self.names

		@never_in_the_way(writes=True)
		def inner(doc: Any) -> None:
			factories.make("Lost Reason", reason=inner_name)
			raise RuntimeError("the inner one fails")

		@never_in_the_way(writes=True)
		def outer(doc: Any) -> None:
			factories.make("Lost Reason", reason=outer_name)
			inner(doc)

		factories.make("Lost Reason", reason=before)
		outer(None)
		self.assertEqual(self.kept(), [before, outer_name])

	def test_what_a_listener_refuses_on_purpose_stops_the_document_and_its_faults_do_not(self) -> None:
		@never_in_the_way(refuses=True)
		def refusing(doc: Any) -> None:
			frappe.throw("no", doc)

		@never_in_the_way()
		def following(doc: Any) -> None:
			frappe.throw("no", doc)

		with self.assertRaises(frappe.LinkValidationError):
			refusing(frappe.LinkValidationError)
		refusing(RuntimeError)
		following(frappe.ValidationError)

	def test_a_fault_is_logged_once_a_transaction(self) -> None:
		name = factories.unique("fault")

		@never_in_the_way(writes=True)
		def failing(row: Any) -> None:
			raise RuntimeError(f"{name} {row}")

		def logs() -> int:
			return frappe.db.count("Error Log", {"error": ["like", f"%{name}%"]})

		for row in (1, 1, 2, 1):
			failing(row)
		self.assertEqual(logs(), 2)
		for ends in (self.commit, frappe.db.rollback):
			before = logs()
			ends()
			failing(1)
			failing(1)
			self.assertEqual(logs(), before + 1)

	def test_a_deadlock_which_undid_the_document_itself_is_not_passed_over(self) -> None:
		@never_in_the_way(writes=True)
		def caught(doc: Any) -> None:
			raise frappe.QueryDeadlockError("both wait")

		with self.assertRaises(frappe.QueryDeadlockError):
			caught(None)

	def test_a_sales_document_without_a_deal_asks_nothing_of_ours(self) -> None:
		invoice = frappe.new_doc("Sales Invoice", items=[{"item_code": "x"}])
		with self.as_user("Guest"), self.count_queries() as queries:
			sales_documents.before_validate(invoice)
			sales_documents.validate(invoice)
		self.assertEqual(queries, [])
