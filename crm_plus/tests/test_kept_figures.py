"""Figures kept for a dashboard: shown again to their reader alone, and never past a change of what he may read."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from unittest import TestCase
from unittest.mock import patch

import frappe
from frappe.model.document import Document
from frappe.permissions import reset_perms, update_permission_property

from crm_plus.access.rows import readable_rows
from crm_plus.api import dashboards, insight
from crm_plus.reports import kept_figures
from crm_plus.tests import factories
from crm_plus.tests.factories_customers import use_settings
from crm_plus.tests.factories_teams import assign, bare, make_team, share, show, show_everything
from crm_plus.tests.report_case import ReportCase
from crm_plus.tests.request_case import RequestCase, token_of

FIGURES = "crm_plus.api.dashboards.figures"
OURS = ("CRM Plus Sales", "CRM Plus Activity", "CRM Plus Customers", "CRM Plus Service")
OPEN_ONES = {"doctype": "Number Card", "name": "Open Deals Without Next Step", "filters": {"company": ""}}
FUNNEL = {"doctype": "Dashboard Chart", "name": "Deal Funnel", "filters": {}}
Item = dict[str, Any]


def items_of(dashboard: str) -> list[Item]:
	"""Return all that a dashboard asks for of us."""
	doc = frappe.get_doc("Dashboard", dashboard)
	named = [("Dashboard Chart", row.chart) for row in doc.charts]
	named += [("Number Card", row.card) for row in doc.cards]
	filters = {"company": factories.company()}
	return [{"doctype": doctype, "name": name, "filters": filters} for doctype, name in named]


def stay_on_one_day(case: TestCase) -> None:
	"""Let no midnight pass during a test: figures of yesterday are not shown."""
	patched = patch.object(kept_figures, "today", lambda: "2026-11-22")
	patched.start()
	case.addCleanup(patched.stop)


def open_deal(owner: str) -> Document:
	"""Store an open deal without a next step."""
	pipeline = frappe.get_all("Pipeline", pluck="name", limit=1)[0]
	return bare("Deal", status="Open", pipeline=pipeline, company=factories.company(), deal_owner=owner)


class TestKeptFigures(ReportCase):
	"""In one process, within one request's time."""

	def setUp(self) -> None:
		super().setUp()
		stay_on_one_day(self)
		frappe.cache.delete_keys("crm_plus_figure:")
		use_settings(keep_figures_minutes=10)

	def figure(self, item: Item, *, anew: bool = False) -> Any:
		"""Return what a dashboard is told of one item, None where it is told nothing."""
		(found,) = dashboards.figures([item], anew=anew)
		return found and json.loads(frappe.as_json(found["answer"]))

	def count(self, *, anew: bool = False, **changes: Any) -> int:
		"""Return how many open deals without a next step a dashboard shows."""
		return int(self.figure({**OPEN_ONES, **changes}, anew=anew)["value"])

	def add_deal(self) -> None:
		open_deal(self.world.agents[0])

	@contextmanager
	def nothing_is_counted(self) -> Iterator[None]:
		"""Fail where anything inside is not answered from what is kept."""

		def refuse(*_args: Any) -> Callable[[], Any]:
			return lambda: self.fail("a kept figure was counted again")

		with patch.object(dashboards, "_maker", refuse):
			yield

	def test_a_figure_is_shown_again_and_counted_anew_on_demand(self) -> None:
		before = self.count()
		self.add_deal()
		self.assertEqual(self.count(), before)
		self.assertEqual(self.count(anew=True), before + 1)
		self.assertEqual(self.count(), before + 1)

	def test_it_says_of_when_it_is(self) -> None:
		with patch.object(kept_figures, "_now", lambda: "2026-03-01 10:32:00"):
			self.assertEqual(dashboards.figures([OPEN_ONES])[0]["as_of"], "2026-03-01 10:32:00")
		with patch.object(kept_figures, "_now", lambda: "2026-03-01 10:40:00"):
			self.assertEqual(dashboards.figures([OPEN_ONES])[0]["as_of"], "2026-03-01 10:32:00")
			self.assertEqual(dashboards.figures([OPEN_ONES], anew=1)[0]["as_of"], "2026-03-01 10:40:00")

	def test_it_is_kept_no_longer_than_the_settings_say_and_not_at_all_by_them(self) -> None:
		self.count()
		(key,) = frappe.cache.get_keys("crm_plus_figure:")
		self.assertLessEqual(frappe.cache.ttl(key), 600)
		self.assertGreater(frappe.cache.ttl(key), 0)
		before = self.count()
		use_settings(keep_figures_minutes=0)
		self.add_deal()
		self.assertEqual(self.count(), before + 1)
		self.add_deal()
		self.assertEqual(self.count(), before + 2)

	def test_another_day_language_or_filter_is_another_figure(self) -> None:
		before = self.count()
		self.add_deal()
		with patch.object(kept_figures, "today", lambda: "2026-03-01"):
			self.assertEqual(self.count(), before + 1)
		frappe.local.lang, lang = "de", frappe.local.lang
		try:
			self.assertEqual(self.count(), before + 1)
		finally:
			frappe.local.lang = lang
		self.assertNotEqual(self.count(filters={"company": "", "team": self.world.below}), before)
		self.assertEqual(self.count(), before)

	def test_what_is_long_or_of_other_rows_is_not_kept(self) -> None:
		def of_contacts(**_filters: Any) -> dict[str, int]:
			readable_rows("Contact")
			return {"value": next(numbers)}

		numbers = iter(range(10))
		for make in (of_contacts, lambda **_filters: {"value": next(numbers), "text": "x" * 100_000}):
			with patch.object(dashboards, "_maker", lambda *_asked, make=make: make):
				self.assertNotEqual(self.count(), self.count())
		self.assertEqual(frappe.cache.get_keys("crm_plus_figure:"), [])

	def test_what_is_refused_is_neither_told_nor_kept(self) -> None:
		for filters in ({"team": "No such team"}, {"company": "No such company"}, "no json"):
			self.assertIsNone(self.figure({**FUNNEL, "filters": filters}))
		frappe_counts = bare("Number Card", module="CRM Plus", is_standard=1, type="Document Type").name
		for item in (
			*({"doctype": "User", "name": "Administrator"}, {"doctype": "Number Card", "name": "None"}, {}),
			{"doctype": "Number Card", "name": frappe_counts},
		):
			self.assertIsNone(self.figure(item))
		foreign = frappe.get_all("Number Card", {"module": ["!=", "CRM Plus"]}, pluck="name", limit=1)
		for name in foreign:
			self.assertIsNone(self.figure({"doctype": "Number Card", "name": name}))
		self.assertEqual(frappe.cache.get_keys("crm_plus_figure:"), [])
		self.assertFalse(frappe.local.message_log)

	def test_a_figure_is_what_the_desk_is_told_by_itself(self) -> None:
		for user in ("Administrator", self.world.agents[0]):
			with self.as_user(user):
				days = {"from_date": "2026-01-01", "to_date": "2026-11-22"}
				told = self.figure({**FUNNEL, "filters": days})
				asked = self.report("Funnel and Stage Conversion", **days, chart_only=1)
				for part in ("chart", "report_summary", "message"):
					self.assertEqual(told[part], json.loads(frappe.as_json(asked[part])))
				card = insight.deals_without_next_step(filters={"company": ""})
				self.assertEqual(self.figure(OPEN_ONES), json.loads(frappe.as_json(card)))

	def test_everything_on_our_dashboards_is_kept(self) -> None:
		"""Else a figure was made of rows that its key knows nothing of."""
		for user in ("Administrator", self.world.manager, self.world.agents[0], self.world.accountant):
			for dashboard in OURS:
				with self.subTest(dashboard, user=user), self.as_user(user):
					items = items_of(dashboard)
					first = dashboards.figures(items)
					shown = [item for item, figure in zip(items, first, strict=True) if figure]
					if user in ("Administrator", self.world.manager):
						self.assertEqual(shown, items)
					with self.nothing_is_counted():
						again = dashboards.figures(shown)
					self.assertEqual(
						json.loads(frappe.as_json([figure for figure in first if figure])), again
					)


class TestReach(RequestCase):
	"""In requests of their own, each new: whether a figure is a kept one is told by when it was made, counted up."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		frappe.set_user("Administrator")
		cls.reader, cls.other = (factories.make_user("Sales User").name for _ in range(2))
		cls.token, cls.others = token_of(cls.reader), token_of(cls.other)
		frappe.db.commit()  # the requests are other connections

	def setUp(self) -> None:
		super().setUp()
		stay_on_one_day(self)
		times = count(1)
		patched = patch.object(kept_figures, "_now", lambda: next(times))
		patched.start()
		self.addCleanup(patched.stop)
		frappe.cache.delete_keys("crm_plus_figure:")
		self.change(lambda: use_settings(keep_figures_minutes=10))
		self.addCleanup(self.change, show_everything)

	def change(self, how: Callable[[], Any]) -> Any:
		"""Change something, as another request does that came to its end."""
		frappe.set_user("Administrator")
		made = how()
		frappe.db.commit()  # the requests are other connections
		return made

	def made_at(self, token: str = "", item: Item = OPEN_ONES) -> int | None:
		"""Return when the figure was made that a reader is told, None where he is told nothing."""
		status, body = self.call(FIGURES, {"items": [item]}, token=token or self.token)
		self.assertEqual(status, 200, body)
		(figure,) = body["message"]
		return figure and int(figure["as_of"])

	def assert_missed(self, how: Callable[[], Any]) -> Any:
		"""Check that what a reader is told was kept until something changed, and is told no more after it."""
		first = self.made_at()
		self.assertEqual(self.made_at(), first)
		made = self.change(how)
		self.assertNotIn(self.made_at(), (first, None))
		return made

	def test_nobody_is_told_what_was_made_for_another(self) -> None:
		mine, his = self.made_at(), self.made_at(self.others)
		self.assertNotEqual(mine, his)
		self.assertEqual((self.made_at(), self.made_at(self.others)), (mine, his))

	def test_a_role_is_given_and_taken(self) -> None:
		user = frappe.get_doc("User", self.reader)
		self.assert_missed(lambda: user.add_roles("Sales Manager"))
		self.assert_missed(lambda: user.remove_roles("Sales Manager"))

	def test_who_lost_his_last_role_is_refused(self) -> None:
		self.made_at()
		user = frappe.get_doc("User", self.reader)
		self.change(lambda: user.remove_roles("Sales User"))
		self.addCleanup(self.change, lambda: frappe.get_doc("User", self.reader).add_roles("Sales User"))
		status, _body = self.call(FIGURES, {"items": [OPEN_ONES]}, token=self.token)
		self.assertEqual(status, 403)

	def test_a_user_permission_comes_and_goes(self) -> None:
		values = {"user": self.reader, "allow": "Company", "for_value": factories.company()}
		permission = self.assert_missed(lambda: factories.make("User Permission", **values))
		self.assert_missed(permission.delete)

	def test_the_visibility_is_chosen_and_a_team_changes(self) -> None:
		self.assert_missed(lambda: show("Team"))
		team = self.assert_missed(lambda: make_team(members=[self.other], leaders=[self.reader]))
		doc = frappe.get_doc("Revenue Team", team)
		doc.members = [row for row in doc.members if row.user == self.reader]
		self.assert_missed(doc.save)
		self.assert_missed(frappe.get_doc("Revenue Team", team).delete)

	def test_what_is_shared_and_assigned(self) -> None:
		self.change(lambda: show("Private"))
		deal = self.change(lambda: open_deal(self.other)).name
		self.addCleanup(self.change, lambda: frappe.db.delete("Deal", deal))  # the pipeline is another test's
		self.assert_missed(lambda: share("Deal", deal, self.reader))
		self.assert_missed(lambda: frappe.db.delete("DocShare", {"user": self.reader}))
		self.assert_missed(lambda: assign("Deal", deal, self.reader))
		self.assert_missed(lambda: frappe.db.delete("ToDo", {"allocated_to": self.reader}))

	def test_a_field_is_hidden(self) -> None:
		setter = {"doctype_or_field": "DocField", "doc_type": "Deal", "field_name": "base_amount"}
		setter |= {"property": "permlevel", "property_type": "Int", "value": "3"}
		self.addCleanup(frappe.clear_cache, doctype="Deal")
		self.addCleanup(self.change, lambda: frappe.db.delete("Property Setter", setter))
		self.assertTrue(self.made_at(item=FUNNEL))
		self.assert_missed(lambda: factories.make("Property Setter", **setter))
		self.assertIsNone(self.made_at(item=FUNNEL))

	def test_a_right_of_the_role_is_taken(self) -> None:
		self.assertTrue(self.made_at(item=FUNNEL))
		self.addCleanup(frappe.clear_cache, doctype="Deal")
		self.addCleanup(self.change, lambda: reset_perms("Deal"))
		self.change(lambda: update_permission_property("Deal", "Sales User", 0, "report", 0))
		self.assertIsNone(self.made_at(item=FUNNEL))
		self.change(lambda: update_permission_property("Deal", "Sales User", 0, "read", 0))
		self.assertIsNone(self.made_at())

	def test_a_report_is_for_other_roles(self) -> None:
		self.assertTrue(self.made_at(item=FUNNEL))
		values = {"report": "Funnel and Stage Conversion", "roles": [{"role": "Sales Manager"}]}
		custom = self.change(lambda: factories.make("Custom Role", **values))
		self.addCleanup(self.change, custom.delete)
		self.assertIsNone(self.made_at(item=FUNNEL))

	def test_a_language_and_a_time_zone_are_chosen(self) -> None:
		for field, value in (("language", "de"), ("time_zone", "Asia/Tokyo")):
			user = frappe.get_doc("User", self.reader)
			user.set(field, value)
			self.assert_missed(user.save)

	def test_a_user_is_disabled(self) -> None:
		self.made_at()
		self.addCleanup(self.change, lambda: frappe.db.set_value("User", self.reader, "enabled", 1))
		self.change(lambda: frappe.db.set_value("User", self.reader, "enabled", 0))
		status, _body = self.call(FIGURES, {"items": [OPEN_ONES]}, token=self.token)
		self.assertIn(status, (401, 403))
