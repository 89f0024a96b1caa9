"""An administrator's own fields of deals are groups of the reports over deals, for who may read them; figures lead to the deals."""

from collections import defaultdict
from typing import Any

import frappe

from crm_plus.reports.own_fields import own_fields
from crm_plus.tests import factories
from crm_plus.tests.report_case import FIELDS, ReportCase, as_list
from crm_plus.tests.test_customer_reports import shop
from crm_plus.tests.test_report_links import PERIOD

REGION, PARTNER, KEY, LEDGER, SECRET, UNSEEN, NOTE = (
	f"custom_own_{word}" for word in ("region", "partner", "key", "ledger", "secret", "unseen", "note")
)
MADE: tuple[dict[str, Any], ...] = (
	{"fieldname": REGION, "label": "Region", "fieldtype": "Select", "options": "\nNorth\nSouth <b>"},
	{"fieldname": PARTNER, "label": "Partner", "fieldtype": "Link", "options": "Customer Profile"},
	{"fieldname": KEY, "label": "Key Deal", "fieldtype": "Check"},
	# As what the ledger says of deals: not for agents. The next one is for nobody.
	{"fieldname": LEDGER, "label": "Ledger", "fieldtype": "Select", "options": "A\nB", "permlevel": 1},
	{"fieldname": SECRET, "label": "Secret", "fieldtype": "Select", "options": "A\nB", "permlevel": 7},
	{"fieldname": UNSEEN, "label": "Unseen", "fieldtype": "Select", "options": "A\nB", "hidden": 1},
	{"fieldname": NOTE, "label": "Note", "fieldtype": "Data"},
)
# How many deals a group has, and of which.
COUNTS = {
	"Pipeline Summary": ("deals", ("Open",)),
	"Win Loss Analysis": ("won", ("Won",)),
	"Sales Velocity": ("closed", ("Won", "Lost")),
	"Deal to Cash": ("deals", ("Won",)),
}
OVER_DEALS = (*COUNTS, "Revenue by Source and Campaign")


class TestOwnFields(ReportCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		frappe.set_user("Administrator")
		for field in MADE:
			factories.make("Custom Field", dt="Deal", insert_after="title", **field)
		frappe.db.commit()

	@classmethod
	def tearDownClass(cls) -> None:
		frappe.set_user("Administrator")
		for name in frappe.get_all(
			"Custom Field", {"dt": "Deal", "fieldname": ["like", "custom_own_%"]}, pluck="name"
		):
			frappe.delete_doc("Custom Field", name, force=True)
		for field in MADE:
			# Safe: the names are the constants above.
			frappe.db.sql_ddl(f"alter table `tabDeal` drop column if exists `{field['fieldname']}`")
		frappe.clear_cache(doctype="Deal")
		super().tearDownClass()

	def setUp(self) -> None:
		super().setUp()
		self.values: dict[str, dict[str, Any]] = {}
		regions, partners = ("North", "South <b>", None, ""), (*self.world.profiles[:2], None)
		for number, name in enumerate(self.world.deals):
			told = {REGION: regions[number % 4], PARTNER: partners[number % 3], KEY: int(number % 5 == 0)}
			self.values[name] = {**told, SECRET: "A", LEDGER: "A"}
			# Undone after each test.
			frappe.db.set_value("Deal", name, self.values[name], update_modified=False)
		frappe.db.set_value("Pipeline Stage", {"pipeline": self.pipeline}, "rots_after_days", 9)

	def asked(self, name: str, group: str) -> dict[str, Any]:
		period = {} if name == "Pipeline Summary" else PERIOD
		return {"pipeline": self.pipeline, "currency": "EUR", "group_by": group, **period}

	def counted(self, name: str, group: str) -> dict[Any, int]:
		"""Return how many deals each value has, by hand."""
		_column, statuses = COUNTS[name]
		days = {} if name == "Pipeline Summary" else {"closed_on": ["between", list(PERIOD.values())]}
		found: dict[Any, int] = defaultdict(int)
		for deal in self.deals(status=["in", statuses], **days):
			value = self.values[deal.name][group]
			found[value if value != "" else None] += 1
		return dict(found)

	def test_groups_are_as_large_as_by_hand_and_lead_to_their_deals(self) -> None:
		for user in ("Administrator", self.world.manager, self.world.agents[0]):
			for name, (column, _statuses) in COUNTS.items():
				if name == "Deal to Cash" and user == self.world.agents[0]:
					continue
				for group in (REGION, PARTNER, KEY):
					with self.as_user(user), self.subTest(name, group=group, user=user):
						rows = self.report(name, **self.asked(name, group))["result"][:-1]
						sizes = {}
						for row in rows:
							behind = self.listed(row["drill"][column])
							self.assertEqual(len(behind), row[column])
							values = {self.values[deal.name][group] or None for deal in behind} or {0}
							self.assertEqual(len(values), 1, "deals of one value alone")
							sizes[next(iter(values)) or (0 if group == KEY else None)] = row[column]
						expected = self.counted(name, group)
						self.assertEqual({key: size for key, size in sizes.items() if size}, expected)

	def listed(self, filters: dict[str, Any]) -> list[Any]:
		return frappe.get_list("Deal", as_list(filters), list(FIELDS), limit=0)

	def test_what_is_behind_a_group_in_another_report_is_of_its_deals(self) -> None:
		shop()
		for user in ("Administrator", self.world.manager):
			with self.as_user(user):
				for name, column in (
					("Deal to Cash", "paid"),
					("Revenue by Source and Campaign", "collected"),
				):
					for group in (REGION, PARTNER, KEY):
						rows = self.report(name, **self.asked(name, group))["result"][:-1]
						self.assertGreater(len(rows), 1)
						for row in rows:
							behind = self.report(name, **row["drill"][column])["result"][:-1]
							self.assert_close(
								sum(deal[column] for deal in behind), row[column], f"{name} {row}"
							)
				for row in self.report("Pipeline Summary", **self.asked("Pipeline Summary", REGION))[
					"result"
				]:
					rotten = self.report("Rotten and Slipping Deals", **row["drill"]["rotten"])["result"]
					self.assertEqual(
						len([deal for deal in rotten if not deal.get("is_total")]), row["rotten"]
					)

	def test_groups_and_their_column_are_named_as_the_administrator_says(self) -> None:
		names = dict(
			frappe.get_all(
				"Customer Profile", {"name": ["in", self.world.profiles]}, ["name", "full_name"], as_list=True
			)
		)
		wanted = {
			REGION: ("Region", {"North", "South <b>", "None"}),
			PARTNER: ("Partner", {*(names[name] for name in self.world.profiles[:2]), "None"}),
			KEY: ("Key Deal", {"Yes", "No"}),
		}
		for name in COUNTS:
			for group, (label, words) in wanted.items():
				found = self.report(name, **self.asked(name, group))
				self.assertEqual(found["columns"][0]["label"], label)
				self.assertEqual({row["group"] for row in found["result"][:-1]}, words)

	def offered(self) -> set[str]:
		return {name for name in own_fields() if name.startswith("custom_own_")}

	def test_a_field_that_a_reader_may_not_read_is_no_group_of_his(self) -> None:
		agent = self.world.agents[0]
		with self.as_user(agent):
			self.assertEqual(self.offered(), {REGION, PARTNER, KEY})
		with self.as_user(self.world.manager):
			self.assertEqual(self.offered(), {REGION, PARTNER, KEY, LEDGER})
		for name in ("Pipeline Summary", "Win Loss Analysis", "Sales Velocity"):
			with self.as_user(agent), self.assertRaisesRegex(frappe.ValidationError, "cannot be grouped by"):
				self.report(name, **self.asked(name, LEDGER))
		for user, field in ((agent, LEDGER), ("Administrator", SECRET)):
			with self.as_user(user), self.assertRaisesRegex(frappe.ValidationError, "no group"):
				self.report("Rotten and Slipping Deals", behind=f"{field}=A")
		for name, first in (("Deal to Cash", "Owner"), ("Revenue by Source and Campaign", "Source")):
			asked = self.asked(name, first)
			self.assertTrue(self.report(name, **asked, behind=f"{LEDGER}=A"))
			with self.assertRaisesRegex(frappe.ValidationError, "no group"):
				self.report(name, **asked, behind=f"{SECRET}=A")

	def test_a_report_that_is_mailed_to_who_may_not_read_it_has_no_such_group(self) -> None:
		asked = self.asked("Pipeline Summary", LEDGER)
		report = frappe.get_doc("Report", "Pipeline Summary")
		receiver = self.world.agents[0]
		self.assertTrue(self.report("Pipeline Summary", **asked)["result"])
		with self.assertRaises(frappe.ValidationError):
			report.get_data(user=receiver, filters=asked, as_dict=True, ignore_prepared_report=True)

	def test_what_is_no_group_gets_a_sentence(self) -> None:
		for group in (SECRET, UNSEEN, NOTE, "custom_own_<b>", "amount", "owner"):
			for name in OVER_DEALS:
				with self.assertRaisesRegex(frappe.ValidationError, "cannot be grouped by"):
					self.report(name, **self.asked(name, group))

	def test_values_need_no_more_queries(self) -> None:
		counts = []
		for changed in ({}, {REGION: "North", PARTNER: self.world.profiles[5]}):
			for name in self.world.deals[:20] if changed else ():
				frappe.db.set_value("Deal", name, changed, update_modified=False)
			for group in (REGION, PARTNER, KEY):
				self.report("Pipeline Summary", **self.asked("Pipeline Summary", group))
			with self.count_queries() as queries:
				for group in (REGION, PARTNER, KEY):
					self.report("Pipeline Summary", **self.asked("Pipeline Summary", group))
			counts.append(len(queries))
		self.assertEqual(*counts)
