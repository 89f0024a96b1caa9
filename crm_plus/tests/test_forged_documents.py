"""A client sends documents as he likes: what he may do with one follows from what is stored, not from what he wrote into it."""

from typing import Any

import frappe
from frappe.permissions import add_permission, update_permission_property

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_teams import no_teams, share, show
from crm_plus.tests.request_case import user_with
from crm_plus.tests.test_visibility import sales_person


class TestForgedDocuments(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		no_teams()
		show("Everyone")

	def territory(self) -> str:
		root = frappe.get_all("Territory", {"is_group": 1}, pluck="name", order_by="lft", limit=1)[0]
		name = factories.unique("Territory")
		return factories.make("Territory", territory_name=name, parent_territory=root).name

	def sent(self, stored: Any, **forged: Any) -> Any:
		"""Return a document as a client sends it: everything as it is stored, but for what he forges."""
		return frappe.get_doc({**stored.as_dict(), **forged})

	def test_a_territory_that_somebody_wrote_into_it_opens_no_record(self) -> None:
		own, other = self.territory(), self.territory()
		agent = sales_person("Sales User", "Of A Territory")
		factories.make("User Permission", user=agent, allow="Territory", for_value=own)
		hidden = factories.make_profile(territory=other)
		with self.as_user(agent):
			self.assertFalse(self.sent(hidden, territory=own).has_permission("read"))
			with self.assertRaises(frappe.PermissionError):
				self.sent(hidden, territory=own, full_name="Forged").save()
		share("Customer Profile", hidden.name, agent)
		with self.as_user(agent):
			self.assertTrue(self.sent(hidden).has_permission("read"))

	def test_an_owner_that_somebody_wrote_into_it_makes_it_nobodys(self) -> None:
		role = factories.make("Role", role_name=factories.unique("Owners")).name
		add_permission("Deal", role)
		for right in ("write", "create", "if_owner"):
			update_permission_property("Deal", role, 0, right, 1)
		agent = factories.make_user(role).name
		hidden = factories.make_deal()
		with self.as_user(agent):
			forged = self.sent(hidden, owner=agent)
			self.assertEqual([forged.has_permission(right) for right in ("read", "write")], [False, False])
		own = factories.make_deal()
		frappe.db.set_value("Deal", own.name, "owner", agent)
		with self.as_user(agent):
			stored = frappe.get_doc("Deal", own.name)
			self.assertEqual([stored.has_permission(right) for right in ("read", "write")], [True, True])

	def test_who_is_bound_by_nothing_may_write_what_he_sends(self) -> None:
		deal = factories.make_deal()
		with self.as_user(user_with("Sales Manager")):
			self.assertTrue(self.sent(deal, title="Another").has_permission("write"))
