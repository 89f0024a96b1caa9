"""What the guard around listeners undoes when one of them fails."""

from typing import Any

import frappe

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
