"""The indexes along which reports are made: they are there, are used, and what is added up along them is right."""

import zlib
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import getdate, now_datetime
from pypika.terms import ValueWrapper

from crm_plus.crm_plus.doctype.customer_profile import customer_profile
from crm_plus.crm_plus.doctype.deal import deal as deal_type
from crm_plus.crm_plus.doctype.follow_up import follow_up
from crm_plus.crm_plus.doctype.interaction import interaction
from crm_plus.crm_plus.doctype.pipeline_snapshot import pipeline_snapshot
from crm_plus.crm_plus.doctype.stage_change import stage_change
from crm_plus.patches.v0_3 import report_indexes
from crm_plus.reports import (
	cards,
	follow_up_discipline,
	funnel,
	lifecycle_then,
	pipeline_summary,
	pipeline_then,
	rotten_deals,
	sales_forecast,
	sales_velocity,
	win_loss,
)
from crm_plus.reports.digests import different_by
from crm_plus.reports.report_functions import summed_by, summed_together
from crm_plus.reports.report_scope import read_scope
from crm_plus.tests import factories
from crm_plus.tests.plans import plan
from crm_plus.tests.report_case import ReportCase

DEAL, CHANGE = "Deal", "Stage Change"


class TestIndexes(ReportCase):
	def test_every_index_is_there(self) -> None:
		for doctype, controller in (
			(DEAL, deal_type),
			("Customer Profile", customer_profile),
			(CHANGE, stage_change),
			("Pipeline Snapshot", pipeline_snapshot),
			("Interaction", interaction),
			("Follow Up", follow_up),
		):
			for name in controller.INDEXES:
				self.assertTrue(frappe.db.has_index(f"tab{doctype}", name), f"{doctype}: {name}")

	def test_the_patch_makes_them_in_place_of_the_narrow_one(self) -> None:
		frappe.db.sql_ddl("alter table `tabStage Change` drop index `history`")
		frappe.db.add_index(CHANGE, ["reference_doctype", "changed_on"], index_name="reference_changed_on")
		report_indexes.execute()
		report_indexes.execute()
		self.assertTrue(frappe.db.has_index("tabStage Change", "history"))
		self.assertFalse(frappe.db.has_index("tabStage Change", "reference_changed_on"))

	def test_the_patch_takes_those_away_that_others_hold(self) -> None:
		frappe.db.add_index(DEAL, ["pipeline", "began_on"], index_name="report_began")
		frappe.db.add_index("Pipeline Snapshot", ["snapshot_date", "company"], index_name="day_company")
		report_indexes.execute()
		self.assertFalse(frappe.db.has_index("tabDeal", "report_began"))
		self.assertFalse(frappe.db.has_index("tabPipeline Snapshot", "day_company"))

	def test_the_reports_read_them_and_no_row(self) -> None:
		scope = read_scope({"company": self.world.companies[0]})
		company = {"company": scope.company}
		slipping = rotten_deals.Shown(scope, "Slipping", {})
		slipping.newest = getdate()
		plans = (
			("report_open", lambda: pipeline_summary.read_sums(scope, "Owner")),
			("report_open", lambda: cards.open_deals({"status": "Open", **company})),
			("report_ended", lambda: sales_velocity.read_closed(scope, "Owner", self.pipeline)),
			("report_reached", lambda: funnel.read_furthest(scope, self.pipeline, self.stages())),
			("visits_sums", lambda: sales_velocity.read_visits(scope, "Owner", self.pipeline, self.stages())),
			("visits_sums", lambda: funnel.read_days(scope, self.pipeline, self.stages())),
			("visits", lambda: sales_velocity.read_visits(scope, "Source", self.pipeline, self.stages())),
			("status_due_report", lambda: follow_up_discipline.read_due(scope)),
			("day_moved_dates", slipping.totals),
			(
				"stage_came",
				lambda: lifecycle_then.as_if_none_moved(lambda query: query, [now_datetime()], None),
			),
			("open_close", lambda: sales_forecast.read_open(scope)),
			("day_close_sums", lambda: sales_forecast.read_snapshots(scope, [getdate()])),
			("day_close_sums", lambda: pipeline_then.open_then(company)),
			("day_attention", lambda: pipeline_then.attention_then(company)),
		)
		for index, run in plans:
			with patch.object(pipeline_then, "day_then", getdate):
				steps = [step for step in self.plan_of(run) if step["key"] == index]
			self.assertTrue(steps, index)
			self.assertIn("Using index", steps[0]["Extra"], index)
			self.assertNotIn("Using index condition", steps[0]["Extra"], index)

	def test_a_site_without_them_gets_the_same_figures(self) -> None:
		scope = read_scope({"company": self.world.companies[0]})
		found = [self.figures(scope)]
		keys = [f"crm_plus_index:{DEAL}:report_open", f"crm_plus_index:{DEAL}:report_ended"]
		keys += [f"crm_plus_index:{DEAL}:report_reached", f"crm_plus_index:{CHANGE}:visits"]
		keys.append(f"crm_plus_index:{CHANGE}:visits_sums")
		for key in keys:
			frappe.cache.set_value(key, 0)
		self.addCleanup(lambda: frappe.cache.delete_value(keys))
		found.append(self.figures(scope))
		self.assertEqual(*found)

	def figures(self, scope: Any) -> list[Any]:
		"""Return what the reports read, in a fixed order."""
		rows = [
			*pipeline_summary.read_sums(scope, "Stage"),
			*win_loss.read(scope, "Owner"),
			*sales_velocity.read_closed(scope, "Source", self.pipeline),
			*funnel.read_furthest(scope, self.pipeline, self.stages()),
		]
		return [
			*sorted(str({**row, "seconds": 0}) for row in rows),
			sales_velocity.read_visits(scope, "Owner", self.pipeline, self.stages()),
			funnel.read_days(scope, self.pipeline, self.stages()),
		]

	def stages(self) -> list[str]:
		return frappe.get_all("Pipeline Stage", {"pipeline": self.pipeline}, pluck="name")

	def plan_of(self, run: Callable[[], Any]) -> list[dict[str, Any]]:
		"""Return the database's plan for the last thing that a function asked."""
		run()
		return plan(str(frappe.db.last_query))


class TestSummedBy(ReportCase):
	def test_words_are_one_group_as_the_database_compares_them(self) -> None:
		"""Upper and lower case are one word, an empty text is none, and similar words stay apart."""
		self.assert_sums([("Spring", 1), ("spring", 2), ("", 4), (None, 8), ("spring1", 16), ("spring2", 32)])

	def test_two_words_of_one_checksum_stay_apart(self) -> None:
		self.assertEqual(zlib.crc32(b"plumless"), zlib.crc32(b"buckeroo"))
		self.assert_sums([("plumless", 1), ("buckeroo", 2), ("Plumless", 4), (None, 8), ("spring", 16)])

	def test_different_records_are_counted_of_each_word(self) -> None:
		"""Upper and lower case are one word, nothing and an empty text none; two words of one checksum stay apart."""
		words = ("Spring", "spring", "spring2", "", None, "plumless", "buckeroo", "buckeroo")
		deals = [factories.make_deal().name for _word in words]
		for name, word in zip(deals, words, strict=True):
			frappe.db.set_value(DEAL, name, "campaign", word)
		deal = frappe.qb.DocType(DEAL)
		for key, counted, *expected in (
			(deal.campaign, deal.name, {"spring": 2, "Spring2": 1, "": 2, "summer": 0}),
			(deal.campaign, deal.name, {"spring": 2, "plumless": 1, "buckeroo": 2}),
			(deal.name, deal.campaign, {deals[0]: 1, deals[4]: 0}),
		):
			rows = frappe.qb.from_(deal).where(deal.name.isin(deals))
			self.assertEqual(different_by(rows, key, counted, list(*expected)), *expected)

	def test_words_that_are_known_change_no_sum(self) -> None:
		"""All of them, too few, of another case, or two of one checksum; only the first are told without reading a word."""
		campaigns = ("Spring", "summer", "Spring", "", None)
		deals = [factories.make_deal().name for _campaign in campaigns]
		for name, campaign in zip(deals, campaigns, strict=True):
			frappe.db.set_value(DEAL, name, "campaign", campaign)
		deal = frappe.qb.DocType(DEAL)
		key = {"value": win_loss.group_term("Campaign", deal)}
		part = (frappe.qb.from_(deal).where(deal.name.isin(deals)), key, {"deals": win_loss.Count("*")})
		some = ["Spring", "summer", "plumless"]
		for words in (some, some[:1], ["spring", "summer"], [*some, "buckeroo"]):
			found = summed_together([part, part], {"value": words})
			self.assertEqual(words == some, "MIN(" not in str(frappe.db.last_query), words)
			self.assertEqual(
				{row["value"]: row["deals"] for row in found}, {"Spring": 4, "summer": 2, None: 4}, words
			)

	def test_words_that_are_known_of_two_keys_change_no_sum(self) -> None:
		"""Of a key that tells nothing from an empty text the two stay apart, known or not."""
		told = (
			("Spring", "a"),
			("Spring", "b"),
			("", "a"),
			(None, "a"),
			("Spring", ""),
			("Spring", None),
			(None, None),
		)
		deals = [factories.make_deal().name for _words in told]
		for name, (campaign, competitor) in zip(deals, told, strict=True):
			frappe.db.set_value(DEAL, name, {"campaign": campaign, "competitor": competitor})
		deal = frappe.qb.DocType(DEAL)
		keys = {"one": deal.campaign, "other": deal.competitor}
		part = (frappe.qb.from_(deal).where(deal.name.isin(deals)), keys, {"deals": win_loss.Count("*")})
		known = {"one": ["Spring", None, ""], "other": ["a", "b"]}
		for words in (known, {**known, "other": ["a"]}, {**known, "other": []}):
			found = summed_together([part, part], words)
			self.assertEqual(words == known, "MIN(" not in str(frappe.db.last_query), words)
			self.assertEqual(
				{(row["one"], row["other"]): row["deals"] for row in found}, dict.fromkeys(told, 2)
			)

	def test_parts_are_one_sum(self) -> None:
		"""Of two parts by one key, the sum that one does not name is the other's; a part's constant is a key."""
		deals = [factories.make_deal().name for _number in range(3)]
		deal = frappe.qb.DocType(DEAL)
		for name, campaign in zip(deals, ("Spring", "spring", None), strict=True):
			frappe.db.set_value(DEAL, name, "campaign", campaign)
		first, rest = deal.name == deals[0], deal.name.isin(deals[1:])
		query, count = frappe.qb.from_(deal), win_loss.Count("*")
		by_campaign, by_part = {"value": win_loss.group_term("Campaign", deal)}, {"part": ValueWrapper("a")}
		found = summed_together(
			[
				(query.where(first), by_campaign, {"one": count, "both": count}),
				(query.where(rest), by_campaign, {"both": count}),
			]
		)
		counts = {(row["value"] or "").lower(): (row["one"], row["both"]) for row in found}
		self.assertEqual(counts, {"spring": (1, 2), "": (0, 1)})
		nobody = deal.name == ""
		found = summed_together(
			[
				(query.where(rest), by_part, {"deals": count}),
				(query.where(nobody), {"part": ValueWrapper("b")}, {"deals": count}),
			]
		)
		self.assertEqual({row["part"]: row["deals"] for row in found}, {"a": 2, "b": 0})

	def assert_sums(self, rows: list[tuple[str | None, int]]) -> None:
		deals = [factories.make_deal().name for _row in rows]
		for name, (campaign, discount) in zip(deals, rows, strict=True):
			frappe.db.set_value(
				DEAL, name, {"campaign": campaign, "additional_discount_percentage": discount}
			)
		deal = frappe.qb.DocType(DEAL)
		found = summed_by(
			frappe.qb.from_(deal).where(deal.name.isin(deals)),
			{"value": win_loss.group_term("Campaign", deal)},
			{"sum": win_loss.Sum(deal.additional_discount_percentage)},
		)
		sums = {(row["value"] or "").lower(): row["sum"] for row in found}
		expected: dict[str, int] = defaultdict(int)
		for campaign, discount in rows:
			expected[(campaign or "").lower()] += discount
		self.assertEqual(sums, expected)
		self.assertEqual({"value", "sum"}, set(found[0]))
