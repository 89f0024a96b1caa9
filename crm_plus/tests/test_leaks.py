"""Five teams with secrets of their own: no road shows one of them a row, a title, a count or a sum of another's."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import frappe
from hypothesis import HealthCheck, given, settings

from crm_plus.tests import factories, leak_roads
from crm_plus.tests.factories_teams import bare
from crm_plus.tests.leak_case import AMOUNT, REFUSALS, TEAMS, FiveTeamsCase, text_of
from crm_plus.tests.leak_roads import TITLE
from crm_plus.tests.private_case import PrivateRequestCase
from crm_plus.tests.test_visibility import VisibilityCase
from crm_plus.tests.visibility_oracle import OWNER, Oracle, worlds

# It links any deal of a document's customer, and so may ask what one is called.
ACCOUNTS = "Accounts User"


class TestRandomTrees(VisibilityCase):
	@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
	@given(worlds())
	def test_every_list_and_count_tells_what_the_oracle_allows(self, world: dict[str, Any]) -> None:
		for names, oracle in self.worlds_built(world):
			for person, user in enumerate(self.users):
				for kind in OWNER:
					seen = {name for at, name in enumerate(names[kind]) if oracle.sees(person, kind, at)}
					with self.as_user(user):
						self.ask(kind, names[kind], seen)

	def worlds_built(self, world: dict[str, Any]) -> Iterator[tuple[dict[str, list[str]], Oracle]]:
		with self.built(world) as names:
			yield names, Oracle(world)

	def ask(self, kind: str, names: list[str], seen: set[str]) -> None:
		word = names[0].rsplit(" ", 1)[0]
		for road, ask in leak_roads.lists_of(kind, names, word).items():
			shown = text_of(ask)
			hidden = [name for name in names if name not in seen and name in shown]
			self.assertFalse(hidden, (frappe.session.user, kind, road, shown))
		for road, count in leak_roads.counts_of(kind, names).items():
			number = count() or 0
			self.assertLessEqual(number, len(seen), (frappe.session.user, kind, road))
			if road == "client.get_count":
				self.assertEqual(number, len(seen), (frappe.session.user, kind, road))


class TestFiveTeams(FiveTeamsCase):
	def test_lists_and_what_stands_beside(self) -> None:
		for at, user in self.viewers:
			with self.as_user(user):
				for kind, names in self.names.items():
					for road, ask in leak_roads.lists_of(kind, names, self.word).items():
						if road != "link titles" or ACCOUNTS not in frappe.get_roles():
							self.assert_tells_nothing(at, (user, kind, road), text_of(ask))
					for road, ask in leak_roads.tables_of(names).items():
						self.assert_tells_nothing(at, (kind, road), text_of(ask))
					for road, count in leak_roads.counts_of(kind, names).items():
						self.assertLessEqual(self.number(count), 1, (user, kind, road))
					with self.assertRaises(frappe.PermissionError):
						leak_roads.heatmap(kind)

	def number(self, count: Any) -> int:
		try:
			return count() or 0
		except REFUSALS:
			return 0

	def test_the_roads_do_show_ones_own(self) -> None:
		"""Else the test above might pass on an empty site."""
		with self.as_user(self.people[0]):
			for kind, names in self.names.items():
				asks = leak_roads.lists_of(kind, names, self.word)
				for road in ("get_list", "search", "report view", "export", "link titles", "rows"):
					self.assertIn(f"{self.word} 0", text_of(asks[road]) + names[0] * (road == "rows"), road)
		with self.as_user(self.top):
			for kind, names in self.names.items():
				shown = text_of(leak_roads.lists_of(kind, names, self.word)["get_list"])
				self.assertEqual([name for name in names if name not in shown], [])

	def test_one_record_of_another_team(self) -> None:
		factories.make_customer(), factories.make_item()  # for the roads that sell something
		for at, user in (self.viewers[0], *enumerate(self.mates)):
			with self.as_user(user):
				for kind in OWNER:
					name = self.others(at, kind)[0]
					for road, ask in leak_roads.openings_of(kind, name).items():
						with self.subTest(kind, user=user, road=road), self.assertRaises(REFUSALS):
							ask()
					behind = text_of(partial(leak_roads.next_of, kind, self.names[kind][at]))
					self.assertFalse([name for name in self.others(at, kind) if name in behind])

	def test_the_connections_of_a_customer_count_what_one_may_list(self) -> None:
		profile = self.names["Customer Profile"][0]
		for at in (1, 2):
			factories.make_deal(customer_profile=profile, deal_owner=self.people[at], pipeline=self.pipeline)
		for user, number in ((self.people[0], 1), (self.top, 3)):
			with self.as_user(user):
				found = leak_roads.narrowed.linked_counts("Customer Profile", profile, ["Deal"])
			(row,) = found["count"]["external_links_found"]
			self.assertEqual((row["doctype"], row["count"]), ("Deal", number), user)

	def test_screens_reports_and_sums(self) -> None:
		for at, user in self.viewers:
			for road, shown in self.screens(user).items():
				self.assert_tells_nothing(at, (user, road), shown)
				for other in set(TEAMS) - {at}:
					self.assertNotIn(str(AMOUNT * 10**other) + ".", shown, (user, road))
		for at, user in enumerate(self.people):
			with self.as_user(user):
				new = leak_roads.board.columns({"pipeline": self.pipeline})["columns"][0]
				self.assertEqual((new["count"], new["sums"][0]["amount"]), (1, AMOUNT * 10**at))

	def test_files_by_their_address(self) -> None:
		kept = bare("File", file_name="x.txt", is_private=1, file_url="/private/files/x.txt")
		for kind in OWNER:
			kept.db_set({"attached_to_doctype": kind, "attached_to_name": self.names[kind][1]})
			for at, may in ((0, False), (1, True)):
				with self.subTest(kind, at=at), self.as_user(self.people[at]):
					self.assertEqual(bool(frappe.get_doc("File", kept.name).is_downloadable()), may)

	def test_no_report_keeps_results_for_others(self) -> None:
		"""Frappe lets whoever may run a report open what somebody else's run of it has stored."""
		ours = leak_roads.frappe.get_all("Report", {"module": "CRM Plus", "prepared_report": 1}, pluck="name")
		self.assertEqual(ours, [])

	def test_nothing_of_ours_is_in_frappes_own_search(self) -> None:
		"""It asks for the right to a DocType, never for the record."""
		for kind in OWNER:
			fields = [df.fieldname for df in frappe.get_meta(kind).fields if df.in_global_search]
			self.assertEqual((kind, fields), (kind, []))
			self.assertFalse(frappe.get_meta(kind).show_name_in_global_search)
			self.assertIn(TITLE[kind], [df.fieldname for df in frappe.get_meta(kind).fields])


class TestOverTheWire(PrivateRequestCase):
	"""What Frappe's own addresses answer: ours stand in their place there, and nowhere else."""

	def setUp(self) -> None:
		super().setUp()
		self.title = factories.unique("Secret")
		self.deal = factories.make_deal(title=self.title, deal_owner=self.theirs).name
		self.commit()  # the requests are other connections

	def roads(self) -> list[tuple[str, dict[str, Any]]]:
		of_deal = {"name": self.deal}
		chart = {"type": "Heatmap", "chart_type": "Count", "document_type": "Deal", "based_on": "creation"}
		return [
			(f"/api/resource/Deal/{self.deal}", {}),
			("/api/resource/Deal", {"filters": of_deal, "fields": ["*"]}),
			("/api/method/frappe.client.get", {"doctype": "Deal", "name": self.deal}),
			("/api/method/frappe.client.get_list", {"doctype": "Deal", "filters": of_deal}),
			("/api/method/frappe.client.get_count", {"doctype": "Deal", "filters": {"title": self.title}}),
			("/api/method/frappe.desk.search.get_link_title", {"doctype": "Deal", "docname": self.deal}),
			("/api/method/frappe.desk.search.search_link", {"doctype": "Deal", "txt": self.title}),
			("/api/method/frappe.desk.form.load.getdoc", {"doctype": "Deal", "name": self.deal}),
			("/printview", {"doctype": "Deal", "name": self.deal}),
			(
				"/api/method/frappe.desk.doctype.dashboard_chart.dashboard_chart.get",
				{"chart": json.dumps(chart), "no_cache": 1},
			),
		]

	def test_another_persons_deal(self) -> None:
		for path, args in self.roads():
			with self.subTest(path):
				status, body = self.send(path, args, method="GET", token=self.token)
				self.assertNotIn(self.title, str(body))
				if path.endswith("get_count"):
					self.assertEqual((status, body.get("message")), (200, 0))
				if path.endswith("dashboard_chart.get"):
					self.assertEqual(status, 403, body)
			if "printview" not in path and "chart" not in path:
				with self.subTest(path, of="its owner"):
					shown = str(self.send(path, args, method="GET", token=self.their_token)[1])
					self.assertTrue(self.title in shown or self.deal in shown or "1" in shown)
