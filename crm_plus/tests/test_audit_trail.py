"""Who did what: one stream of Frappe's logs and our stage changes, of what the reader leads and may read."""

import json
from typing import Any

import frappe
from frappe.core.doctype.access_log.access_log import make_access_log
from frappe.core.doctype.log_settings.log_settings import _supports_log_clearing
from frappe.desk.query_report import run as run_report
from frappe.model.base_document import get_controller
from frappe.utils import now_datetime
from frappe.website.doctype.personal_data_download_request.personal_data_download_request import get_user_data

from crm_plus.api import exports
from crm_plus.crm_plus.report.audit_trail.audit_trail import execute
from crm_plus.reports import audit_trail as trail
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_customers import email
from crm_plus.tests.factories_teams import bare, make_team, no_teams, show
from crm_plus.tests.request_case import user_with
from crm_plus.tests.test_visibility import sales_person


class TestAuditTrail(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		no_teams()
		show("Team")
		self.leader, self.agent, self.other = (sales_person("Sales User", f"audit {at}") for at in range(3))
		self.manager = user_with("Sales Manager")
		make_team([self.agent], [self.manager])
		make_team([self.other])
		self.mine, self.theirs = (factories.make_deal(deal_owner=one) for one in (self.agent, self.other))

	def rows(self, reader: str, **filters: Any) -> list[dict[str, Any]]:
		with self.as_user(reader):
			shown = run_report("Audit Trail", json.dumps(filters), ignore_prepared_report=True)["result"]
			rows = execute(filters)[1]
			self.assertEqual(len(rows), len(shown))
			return rows[:-1]

	def do_things(self, user: str, deal: Any) -> None:
		with self.as_user(user):
			doc = frappe.get_doc("Deal", deal.name)
			doc.next_step = "Send the offer"
			doc.save(ignore_version=False)
			doc.add_viewed()

	def test_changes_views_and_moves_of_one_deal(self) -> None:
		self.do_things(self.agent, self.mine)
		rows = self.rows("Administrator", name=self.mine.name)
		found = {(row["who"], row["action"]) for row in rows}
		self.assertLessEqual({(self.agent, "Changed"), (self.agent, "Viewed")}, found)
		self.assertIn("Moved", [row["action"] for row in rows])
		(changed,) = (row for row in rows if row["action"] == "Changed")
		self.assertIn("Send the offer", changed["details"])
		self.assertEqual([row["when"] for row in rows], sorted((row["when"] for row in rows), reverse=True))

	def test_the_chart_and_the_line_above_count_what_is_shown(self) -> None:
		self.do_things(self.agent, self.mine)
		_columns, found, _message, chart, summary = execute({"name": self.mine.name})
		*rows, total = found
		self.assertEqual((total["action"], total["details"]), ("Total", f"{len(rows)} entries"))
		kinds = [row["action"] for row in rows]
		drawn = zip(chart["data"]["labels"], chart["data"]["datasets"][0]["values"], strict=True)
		self.assertEqual(dict(drawn), {kind: kinds.count(kind) for kind in kinds})
		self.assertEqual(summary[0]["value"], len(rows))
		self.assertEqual(summary[1]["value"], len({row["who"] for row in rows}))
		self.assertGreaterEqual(len(set(kinds)), 3)
		self.assertEqual(execute({"name": "Nobody's"})[3:], (None, None))

	def test_filters(self) -> None:
		self.do_things(self.agent, self.mine)
		self.do_things(self.other, self.theirs)
		self.assertEqual({row["who"] for row in self.rows("Administrator", user=self.agent)}, {self.agent})
		only = self.rows("Administrator", action="Viewed", doctype="Deal", name=self.mine.name)
		self.assertEqual([row["action"] for row in only], ["Viewed"])
		self.assertEqual(self.rows("Administrator", from_date="2001-01-01", to_date="2001-01-02"), [])
		with self.assertRaisesRegex(frappe.ValidationError, "dates"):
			self.rows("Administrator", from_date="<b>")

	def test_a_manager_with_a_place_in_the_tree_sees_what_he_leads(self) -> None:
		self.do_things(self.agent, self.mine)
		self.do_things(self.other, self.theirs)
		shown = frappe.as_json(self.rows(self.manager))
		self.assertIn(self.mine.name, shown)
		self.assertNotIn(self.theirs.name, shown)
		self.assertNotIn(self.other, shown)

	def test_what_the_agent_did_to_a_record_that_the_manager_may_not_read(self) -> None:
		bare("View Log", viewed_by=self.agent, reference_doctype="Deal", reference_name=self.theirs.name)
		self.assertNotIn(self.theirs.name, frappe.as_json(self.rows(self.manager)))

	def test_what_people_wrote_is_text(self) -> None:
		values = {"reference_doctype": "Deal", "reference_name": self.mine.name, "changed_on": now_datetime()}
		bare(
			"Stage Change",
			**values,
			changed_by=self.agent,
			to_stage="<img src=x onerror=alert(1)>Won",
			cause="a < b",
		)
		(row,) = self.rows("Administrator", name=self.mine.name, action="Moved", user=self.agent)
		self.assertEqual(row["details"], "→ Won (a < b)")

	def test_amounts_in_changes_need_their_level(self) -> None:
		changes = {"changed": [["invoiced_amount", 5, 77177], ["title", "a", "b"]]}
		row = frappe._dict(doctype="Deal", more_data=json.dumps(changes))
		with self.as_user(self.agent):
			self.assertNotIn("77177", trail._changes(row))
			self.assertIn("b", trail._changes(row))

	def test_who_takes_a_report_away_is_noted_with_filters_and_rows(self) -> None:
		asked = {"report_name": "Audit Trail", "file_format_type": "CSV", "visible_idx": "[0]"}
		frappe.local.form_dict = frappe._dict(asked, filters=json.dumps({"user": self.agent}))
		exports.of_report()
		self.assertTrue(frappe.response.filecontent)
		(log,) = frappe.get_all(
			"Access Log",
			["user", "report_name", "file_type", "filters", "page"],
			order_by="creation desc",
			limit=1,
		)
		self.assertEqual((log.user, log.report_name, log.file_type), ("Administrator", "Audit Trail", "CSV"))
		self.assertIn(self.agent, log.filters)
		self.assertIn("1", log.page)

	def test_every_record_of_ours_that_people_change_is_tracked(self) -> None:
		records = {"module": "CRM Plus", "istable": 0, "is_virtual": 0}
		for doctype in frappe.get_all("DocType", records, pluck="name"):
			meta = frappe.get_meta(doctype)
			with self.subTest(doctype):
				# What nobody may write is history itself.
				by_hand = any(row.write or row.create for row in meta.permissions)
				self.assertTrue(meta.track_changes or (meta.in_create and not by_hand))
		for doctype in ("Deal", "Customer Profile"):
			self.assertTrue(frappe.get_meta(doctype).track_views, doctype)

	def test_how_long_each_log_is_kept_is_said_in_frappes_log_settings(self) -> None:
		kept_for_good = {"Version", "Stage Change"}
		for log in trail.LOGS:
			self.assertEqual(_supports_log_clearing(log), log not in kept_for_good, log)
		old = bare("View Log", viewed_by=self.agent, reference_doctype="Deal", reference_name=self.mine.name)
		old.db_set({"modified": "2020-01-02", "creation": "2020-01-02"}, update_modified=False)
		asked = {"from_date": "2020-01-01", "to_date": "2020-01-03", "name": self.mine.name}
		self.assertEqual(len(self.rows("Administrator", **asked)), 1)
		get_controller("View Log").clear_old_logs(days=180)
		self.assertEqual(self.rows("Administrator", **asked), [])

	def test_a_manager_is_told_of_other_records_no_more_than_he_may_read(self) -> None:
		no_teams()
		word = factories.unique("Salary")
		filters = json.dumps([["Employee", "bank_name", "=", word]])
		for doctype in ("Employee", "Customer"):
			make_access_log(doctype=doctype, method="Export", filters=filters, file_type="CSV")
			bare("Deleted Document", deleted_doctype=doctype, deleted_name=f"{word} {doctype}", data="{}")
		make_access_log(report_name="Employee Birthday", filters=filters, file_type="CSV")
		make_access_log(method=word)  # of nothing that has a name
		make_access_log(report_name="Sales Analytics", filters=filters, file_type="PDF")
		told = (("Sales Manager", 1, 1), ("System Manager", 2, 2))
		for role, exports_told, deleted in told:
			rows = self.rows(user_with(role), action="Exported or Printed")
			of_records = {row["record_type"] for row in rows if word in row["details"] and row["record_type"]}
			self.assertEqual(len(of_records), exports_told, role)
			shown = frappe.as_json(rows)
			self.assertIn("Sales Analytics", shown)
			for hidden in ("Employee Birthday", f'"{word}"'):
				self.assertEqual(hidden in shown, role == "System Manager", hidden)
			gone = [
				self.rows(user_with(role), doctype=one, action="Deleted") for one in ("Employee", "Customer")
			]
			self.assertEqual(sum(word in frappe.as_json(one) for one in gone), deleted, role)

	def test_of_other_records_only_those_that_one_reads(self) -> None:
		no_teams()
		seen, hidden = (factories.make_customer().name for _number in range(2))
		for customer in (seen, hidden):
			bare("Version", ref_doctype="Customer", docname=customer, data="{}")
		factories.make("User Permission", user=self.manager, allow="Customer", for_value=seen)
		shown = frappe.as_json(self.rows(self.manager, doctype="Customer"))
		self.assertIn(seen, shown)
		self.assertNotIn(hidden, shown)

	def test_who_signed_in_is_told_of_people_whom_one_leads(self) -> None:
		for user in (self.agent, self.other):
			bare("Activity Log", user=user, operation="Login", status="Success", ip_address="192.0.2.77")
		rows = self.rows(self.manager, action="Signed In or Out")
		self.assertEqual({row["who"] for row in rows} & {self.agent, self.other}, {self.agent})
		self.assertNotIn("192.0.2.77", frappe.as_json(rows))
		no_teams()
		self.assertNotIn(self.agent, frappe.as_json(self.rows(self.manager, action="Signed In or Out")))
		told = frappe.as_json(self.rows(user_with("System Manager"), action="Signed In or Out"))
		for word in (self.agent, self.other, "192.0.2.77"):
			self.assertIn(word, told)

	def test_what_is_held_on_a_person_can_be_given_and_erased(self) -> None:
		address = email()
		profile = factories.make_profile(
			profile_type="Person", full_name="Ada Secret", email=address, birthday="1984-02-29"
		)
		held = json.loads(get_user_data(address))
		self.assertEqual([row["name"] for row in held["Customer Profile"]], [profile.name])
		self.assertEqual(held["Customer Profile"][0]["birthday"], "1984-02-29")
		request = frappe.get_doc({"doctype": "Personal Data Deletion Request", "email": address})
		request.name = "deleted@example.com"
		request.anon, request.full_name_regex = request.name, "(?!)"
		request.email_regex = address
		(ours,) = (one for one in request.full_match_privacy_docs if one["doctype"] == "Customer Profile")
		request.redact_full_match_data(ours, address)
		left = frappe.db.get_value("Customer Profile", profile.name, ["full_name", "email"], as_dict=True)
		self.assertNotIn("Secret", left.full_name)
		self.assertNotEqual(left.email, address)
		erased = frappe.get_doc("Customer Profile", profile.name)
		self.assertNotIn("0229", (erased.birthday_key, f"{erased.birthday:%m%d}"))
