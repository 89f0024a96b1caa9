"""An agent whom User Permissions restrict to one customer, company or territory, on every road to the other rows."""

import json
from collections.abc import Callable
from typing import Any

import frappe
from frappe.desk.query_report import run as run_report
from frappe.desk.search import search_widget

from crm_plus.api import accounting, adoption, board, deal_documents, deals, profiles, search
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_accounting import make_invoice, make_party
from crm_plus.tests.request_case import user_with

Asks = dict[str, Callable[[], Any]]


class TestRestrictedAgent(CRMPlusTestCase):
	"""`mine` is what the agent may read, `theirs` what he may not."""

	def setUp(self) -> None:
		super().setUp()
		self.pipeline = factories.make_pipeline().name
		self.stage = f"{self.pipeline}-New"
		self.filters = {"pipeline": self.pipeline}
		self.agent = user_with("Sales User", "Accounts Manager")
		self.only_agent = user_with("Sales User")
		self.company = factories.company()

	def deal(self, **values: Any) -> Any:
		"""A deal with an item, so that it has rows of its own."""
		items = [{"item_code": factories.make_item().name, "rate": 700}]
		return factories.make_deal(pipeline=self.pipeline, stage=self.stage, items=items, **values)

	def restrict(self, allow: str, value: str) -> None:
		for user in (self.agent, self.only_agent):
			factories.make("User Permission", user=user, allow=allow, for_value=value)
			frappe.clear_cache(user=user)
			self.addCleanup(frappe.clear_cache, user=user)

	def assert_hides_deal(self, mine: Any, theirs: Any) -> None:
		with self.as_user(self.only_agent):
			column = next(one for one in board.columns(self.filters)["columns"] if one["name"] == self.stage)
			self.assertEqual((column["count"], column["sums"][0]["amount"]), (1, mine.base_amount))
			self.assertEqual(sum(board.stage_chart(self.filters)["datasets"][0]["values"]), 1)
			for what, ask in self.lists_of_deals(theirs).items():
				with self.subTest(what):
					self.assert_tells_nothing(ask(), mine, theirs)
			for what, ask in self.openings_of(theirs).items():
				with self.subTest(what), self.assertRaises(frappe.PermissionError):
					ask()

	def assert_tells_nothing(self, answer: Any, mine: Any, theirs: Any) -> None:
		text = frappe.as_json(answer)
		self.assertNotIn(theirs.name, text)
		self.assertNotIn(theirs.title, text)
		if not isinstance(answer, list) or answer:
			self.assertIn(mine.name, text)

	def lists_of_deals(self, theirs: Any) -> Asks:
		"""Every road that shows several deals."""
		names = ["in", frappe.get_all("Deal", {"pipeline": self.pipeline}, pluck="name")]
		of_rows = {"doctype": "Deal Item", "parent_doctype": "Deal", "filters": {"parent": names}}
		return {
			"cards": lambda: board.cards(self.stage, self.filters),
			"text filter": lambda: board.cards(self.stage, {**self.filters, "text": "Deal"}),
			"changed": lambda: board.changed(names[1], self.filters)["cards"],
			"search": lambda: search.find(theirs.title),
			"search by name": lambda: search.find(theirs.name),
			"list": lambda: frappe.get_list("Deal", {"name": names}, ["name", "title"]),
			"link": lambda: search_widget("Deal", theirs.title),
			"history": lambda: frappe.get_list(
				"Stage Change", {"reference_name": names}, ["reference_name", "note"]
			),
			"rows": lambda: frappe.get_list(fields=["parent", "item_code"], **of_rows),
		}

	def openings_of(self, theirs: Any) -> Asks:
		"""Every road that opens or changes one deal."""
		name, modified = theirs.name, str(theirs.modified)
		change = frappe.db.get_value("Stage Change", {"reference_name": name})
		return {
			"documents": lambda: deal_documents.documents_of_deal(name),
			"stage_history": lambda: deals.stage_history(name),
			"board move": lambda: board.move(name, f"{self.pipeline}-Won", modified, self.filters),
			"move": lambda: deals.move(name, f"{self.pipeline}-Won"),
			"snooze": lambda: deals.snooze(name, "2090-01-01", "why"),
			"unsnooze": lambda: deals.unsnooze(name),
			"reopen": lambda: deals.reopen(name),
			"quote": lambda: deals.make_quotation(name),
			"adoption": lambda: adoption.prepare(),
			"a stage change": lambda: frappe.get_doc("Stage Change", change).check_permission("read"),
		}

	def test_one_company(self) -> None:
		mine = self.deal()
		theirs = self.deal(company=factories.make_company2())
		before = self.cards_of(self.agent)
		self.restrict("Company", self.company)
		self.assert_hides_deal(mine, theirs)
		with self.as_user(self.agent):
			self.assertLessEqual(board.weighted_pipeline()["value"], before)
			asked = {
				**{"document_type": "Sales Invoice", "party_type": "Customer"},
				**{"party": "any", "company": theirs.company},
			}
			with self.assertRaises(frappe.PermissionError):
				accounting.deals_for_document("Deal", "", "name", 0, 20, asked)
			self.assertIsNone(profiles.credit(theirs.customer_profile, theirs.company))
			rows = run_report("Invoices Without Deal", json.dumps({"company": theirs.company}))["result"]
			self.assertEqual([row for row in rows if isinstance(row, dict) and row.get("name")], [])

	def cards_of(self, user: str) -> float:
		with self.as_user(user):
			return board.weighted_pipeline()["value"]

	def test_number_cards_count_what_he_may_read(self) -> None:
		mine = self.deal()
		self.deal()
		self.restrict("Customer Profile", mine.customer_profile)
		with self.as_user(self.only_agent):
			self.assertEqual(board.weighted_pipeline()["value"], mine.base_amount / 2)

	def test_one_customer(self) -> None:
		mine_party, theirs_party = make_party(), make_party()
		mine = self.deal(customer_profile=mine_party[1])
		theirs = self.deal(customer_profile=theirs_party[1])
		self.restrict("Customer Profile", mine.customer_profile)
		self.assert_hides_deal(mine, theirs)
		self.assert_hides_profile(theirs_party[1])

	def assert_hides_profile(self, name: str) -> None:
		profile, item = frappe.get_doc("Customer Profile", name), factories.make_item(rate=5).name
		openings: Asks = {
			"history": lambda: deal_documents.documents_of_profile(name),
			"credit": lambda: profiles.credit(name, self.company),
			"customer": lambda: profiles.make_customer(name),
			"own prices": lambda: deals.item_details(item, self.company, "EUR", customer_profile=name),
		}
		lists: Asks = {
			"search": lambda: search.find(profile.full_name),
			"list": lambda: frappe.get_list("Customer Profile", {"name": name}),
			"link": lambda: search_widget("Customer Profile", profile.full_name),
			"lifecycle": lambda: frappe.get_list("Stage Change", {"reference_name": name}),
			"links": lambda: frappe.get_list(
				"Customer Profile Link", {"parent": name}, parent_doctype="Customer Profile"
			),
		}
		profile.append("social_links", {"platform": "Website", "url": "https://example.com/"})
		profile.save()
		with self.as_user(self.only_agent):
			for what, ask in openings.items():
				with self.subTest(what), self.assertRaises(frappe.PermissionError):
					ask()
			for what, ask in lists.items():
				with self.subTest(what):
					self.assertFalse(ask())
			(twin,) = profiles.find_duplicates(full_name=profile.full_name)
			self.assertEqual(set(twin), {"may_open", "owner_name", "html"})
			self.assertNotIn(name, twin["html"])
			self.assertNotIn(profile.full_name, twin["html"])

	def test_one_territory(self) -> None:
		group = frappe.get_all("Territory", {"is_group": 1}, pluck="name", order_by="lft", limit=1)[0]
		mine, theirs = (
			factories.make(
				"Territory",
				territory_name=factories.unique("Land"),
				parent_territory=group,
			).name
			for _ in range(2)
		)
		hidden = factories.make_profile(territory=theirs)
		self.restrict("Territory", mine)
		self.assert_hides_profile(hidden.name)

	def test_an_invoice_of_another_customer_is_not_in_the_report(self) -> None:
		mine, theirs = make_party()[0], make_party()[0]
		invoices = [make_invoice(customer).name for customer in (mine, theirs)]
		self.restrict("Customer", mine)
		with self.as_user(self.agent):
			text = frappe.as_json(run_report("Invoices Without Deal", json.dumps({"company": self.company})))
			asked = {"document_type": "Sales Invoice", "party": theirs, "company": self.company}
			with self.assertRaises(frappe.PermissionError):
				accounting.deals_for_document("Deal", "", "name", 0, 20, asked)
		self.assertIn(invoices[0], text)
		self.assertNotIn(invoices[1], text)


class TestSelectOnly(CRMPlusTestCase):
	def test_an_accountant_sees_no_rows_of_a_deal(self) -> None:
		"""Who may only link deals and profiles must not read what stands in their tables, nor where they have been."""
		profile = factories.make_profile()
		profile.append("social_links", {"platform": "Website", "url": "https://example.com/"})
		profile.save()
		deal = factories.make_deal(customer_profile=profile.name, items=[{"rate": 5}])
		with self.as_user(user_with("Accounts User")):
			for doctype, parent, name in (
				("Deal Item", "Deal", deal.name),
				("Customer Profile Link", "Customer Profile", profile.name),
			):
				with self.subTest(doctype):
					self.assertEqual(self.rows(doctype, parent, name), [])

	def rows(self, doctype: str, parent: str, name: str) -> list[Any]:
		try:
			return frappe.get_list(doctype, {"parent": name}, parent_doctype=parent)
		except frappe.PermissionError:
			return []
