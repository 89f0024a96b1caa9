"""The lists that Frappe's website shows of any DocType: no field beyond its reader's levels."""

from importlib import import_module

import frappe

from crm_plus.setup.install import our_doctypes
from crm_plus.tests import factories
from crm_plus.tests.factories_interactions import new_address
from crm_plus.tests.factories_teams import no_teams, show_everything
from crm_plus.tests.request_case import RequestCase, token_of, user_with

AMOUNT = 7_654_321


class TestWebsiteLists(RequestCase):
	def setUp(self) -> None:
		super().setUp()
		no_teams()
		show_everything()
		self.title = factories.unique("Website")
		self.address = new_address()
		profile = factories.make_profile(full_name=self.title, email=self.address)
		factories.make_deal(title=self.title, customer_profile=profile.name, amount=AMOUNT)
		self.commit()  # the requests are other connections

	def shown(self, doctype: str, role: str) -> str:
		"""Return what the function and the page of the website show of a DocType."""
		token = token_of(user_with(role))
		self.commit()
		args = {"doctype": doctype, "txt": self.title}
		roads = (
			"/api/method/frappe.www.list.get",
			"/api/method/frappe.www.list.get_list_data",
			f"/{doctype}",
		)
		return "".join(str(self.send(road, args, method="GET", token=token)[1]) for road in roads)

	def test_a_marketer_is_shown_no_address_and_support_no_amount(self) -> None:
		told = self.shown("Customer Profile", "Marketing User")
		self.assertIn(self.title, told)
		self.assertNotIn(self.address, told)
		self.assertNotIn(str(AMOUNT), self.shown("Deal", "Support Team"))

	def test_every_doctype_with_levels_shows_titles_alone(self) -> None:
		for doctype in our_doctypes():
			meta = frappe.get_meta(doctype)
			if not meta.istable and any(field.permlevel for field in meta.fields):
				folder = frappe.scrub(doctype)
				module = import_module(f"crm_plus.crm_plus.doctype.{folder}.{folder}")
				with self.subTest(doctype):
					self.assertEqual(module.get_list_context(frappe._dict()).list_view_fields, [])
