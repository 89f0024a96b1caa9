"""What nobody should send, sent all the same: each is refused in one sentence, with nothing left behind, or stored harmless."""

import json
from typing import Any

import frappe
from frappe.core.doctype.data_import.importer import Importer
from frappe.utils import add_days, today

from crm_plus.tests import bad_input_examples, factories
from crm_plus.tests.factories_accounting import make_party
from crm_plus.tests.factories_outreach import make_segment
from crm_plus.tests.request_case import RequestCase, sentences, token_of, user_with

HTML = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
MARKS = ("<img", "<script")
NUMBERS = ("Currency", "Float", "Percent", "Int")
TEXTS = ("Data", "Autocomplete", "Small Text", "Text", "Long Text", "Text Editor")
BAD_NUMBERS = ("NaN", "-Infinity", "1e400", "abc", 10**30, [1], {"a": 1})
BAD_TEXTS = (
	HTML,
	"x" * 5000,
	"a\0b",
	"\ud83d",
	"😀 \u202e שלום",
	"'; drop table `tabDeal`; -- %_\\",
	12345,
	["x"],
)
BAD_DATES = ("1900-01-01", "2999-12-31", "0000-00-00", "2026-02-30", "10000-01-01", "abc", 5, HTML, {"a": 1})
BAD_NAMES = ("nobody", HTML, "x" * 5000, "a\0b", {"a": 1}, ["in", ["a"]])
BAD = {
	**dict.fromkeys(NUMBERS, BAD_NUMBERS),
	**dict.fromkeys(TEXTS, BAD_TEXTS),
	**dict.fromkeys(("Date", "Datetime"), BAD_DATES),
	**dict.fromkeys(("Link", "Dynamic Link", "Select"), BAD_NAMES),
	"Attach Image": (HTML, "javascript:alert(1)", 'x" onerror="window.hacked=1'),
}
LONGEST_MESSAGE = 300
WATCHED = (
	*("Deal", "Deal Item", "Customer Profile", "Stage Change", "Contact", "Customer", "Pipeline Stage"),
	*(
		"Interaction",
		"Interaction Participant",
		"Follow Up",
		"ToDo",
		"Sales Quota",
		"Notification Preference",
	),
)


class TestBadInput(RequestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		frappe.set_user("Administrator")
		cls.user = user_with("Sales Manager", "System Manager", "Accounts Manager")
		cls.token = token_of(cls.user)
		cls.pipeline = factories.make_pipeline().name
		cls.other_pipeline = factories.make_pipeline().name
		cls.customer, cls.profile = make_party()
		cls.person = factories.make_profile(profile_type="Person").name
		cls.item = factories.make_item(rate=10).name
		cls.employee = factories.make_user("Sales User").name
		cls.segment = make_segment().name
		frappe.db.commit()  # the requests are other connections

	def examples(self) -> dict[str, dict[str, Any]]:
		"""A good document of each DocType that people write, with a row in each of its tables."""
		unique = factories.unique
		return {
			"Deal": {**self.deal(), "items": [{"item_code": self.item, "qty": 1, "rate": 5}]},
			"Customer Profile": {
				**{"profile_type": "Person", "full_name": unique("Person")},
				"social_links": [{"platform": "Website", "url": "https://example.com"}],
			},
			"Pipeline": {"pipeline_name": unique("Pipeline")},
			"Pipeline Stage": {
				**{"pipeline": self.pipeline, "stage_name": unique("Stage"), "outcome": "Open"},
				"required_fields": [{"fieldname": "source", "needed_to": "Leave"}],
				"allowed_roles": [{"role": "Sales Manager"}],
				"follow_ups": [{"subject": "Call", "working_days": 1}],
			},
			"Lost Reason": {"reason": unique("Reason")},
			"Customer Source": {"source_name": unique("Source")},
			"Revenue Team": {"team_name": unique("Team"), "members": [{"user": self.user}]},
			**bad_input_examples.of_work(self.profile, self.person),
			**bad_input_examples.of_lists(self.employee),
			**bad_input_examples.of_outreach(self.segment),
		}

	def deal(self, **values: Any) -> dict[str, Any]:
		return {
			**{"doctype": "Deal", "title": factories.unique("Deal"), "customer_profile": self.profile},
			**{"company": factories.company(), "pipeline": self.pipeline, "stage": f"{self.pipeline}-New"},
			**{"amount": 10, **values},
		}

	def insert(self, doc: dict[str, Any]) -> tuple[int, Any]:
		return self.call("frappe.client.insert", {"doc": doc}, token=self.token)

	def save_form(self, doc: dict[str, Any]) -> tuple[int, Any]:
		new = {"__islocal": 1, "__unsaved": 1, "name": f"new-{frappe.generate_hash(length=8)}", **doc}
		args = {"doc": json.dumps(new), "action": "Save"}
		return self.call("frappe.desk.form.save.savedocs", args, token=self.token)

	def assert_one_sentence(self, status: int, body: Any) -> str:
		self.assertTrue(400 <= status < 500, body)
		shown = sentences(body)
		self.assertEqual(len(shown), 1, body)
		self.assertLess(len(shown[0]), LONGEST_MESSAGE)
		for mark in (*MARKS, "Traceback"):
			self.assertNotIn(mark, shown[0])
		return shown[0]

	def counts(self) -> dict[str, int]:
		frappe.db.commit()  # nothing to write: the next reading sees what the requests wrote
		return {doctype: frappe.db.count(doctype) for doctype in WATCHED}

	def test_every_doctype_that_people_write_is_tried(self) -> None:
		ours = frappe.get_all(
			"DocType", {"module": "CRM Plus", "istable": 0, "issingle": 0, "in_create": 0}, pluck="name"
		)
		self.assertEqual(set(ours), set(self.examples()))

	def test_every_field_of_every_doctype(self) -> None:
		for doctype in self.examples():
			for field in frappe.get_meta(doctype).fields:
				for bad in BAD.get(field.fieldtype, ()):
					doc = {"doctype": doctype, **self.examples()[doctype], field.fieldname: bad}
					with self.subTest(f"{doctype}.{field.fieldname}", bad=str(bad)[:30]):
						self.try_document(doc, lambda stored, field=field: stored[field.fieldname])

	def test_every_field_of_every_table(self) -> None:
		for doctype, example in self.examples().items():
			for table in frappe.get_meta(doctype).get_table_fields():
				(row,) = example[table.fieldname]
				for field in frappe.get_meta(table.options).fields:
					for bad in BAD.get(field.fieldtype, ()):
						rows = [{**row, field.fieldname: bad}]
						doc = {"doctype": doctype, **self.examples()[doctype], table.fieldname: rows}
						with self.subTest(f"{table.options}.{field.fieldname}", bad=str(bad)[:30]):
							self.try_document(
								doc,
								lambda stored, table=table, field=field: stored[table.fieldname][0].get(
									field.fieldname
								),
							)

	def try_document(self, doc: dict[str, Any], value_in: Any) -> None:
		before = self.counts()
		status, body = self.insert(doc)
		if status != 200:
			self.assert_one_sentence(status, body)
			self.assertEqual(self.counts(), before)
			return
		stored = str(value_in(body["message"]))
		for mark in ("<script", "onerror="):
			self.assertNotIn(mark, stored)
		self.assertNotIn(stored.lower(), ("nan", "inf", "-inf", "infinity"))

	def test_bad_deals(self) -> None:
		item = {"item_code": self.item, "qty": 1, "rate": 10}
		cases: dict[str, dict[str, Any]] = {
			"must not be negative": {"amount": -1},
			"belongs to pipeline": {"stage": f"{self.other_pipeline}-New"},
			"Could not find Currency: XXX": {"currency": "XXX"},
			"The exchange rate must be more than zero": {"currency": "USD", "conversion_rate": -1},
			"Title is longer than 140 characters; shorten it.": {"title": "x" * 5000},
			"too large": {"amount": 1e18},
			"Row 1: This amount is too large": {"items": [{**item, "rate": 1e18}]},
			"Row 1: the quantity must be more": {"items": [{**item, "qty": -1}]},
			"the quantity must be more": {"items": [{**item, "qty": 1e18}]},
			"Row 1: A discount must be between": {"items": [{**item, "discount_percentage": 100.5}]},
			"A discount must be between 0 and 100": {
				"items": [item],
				"additional_discount_percentage": 101,
			},
			"Row 1: Quantity must be a number.": {"items": [{**item, "qty": "NaN"}]},
			"Amount must be a number.": {"amount": "Infinity"},
			"between the years 1970 and 2100": {"expected_close_date": "1900-01-01"},
			"Snoozed Until must lie between": {"snoozed_until": "2999-12-31", "snooze_reason": "x"},
			"Say why": {"snoozed_until": add_days(today(), 3), "snooze_reason": "  "},
			"Title": {"title": "   "},
			"The probability must be between": {"probability": 1e18, "probability_overridden": 1},
		}
		for road in (self.insert, self.save_form):
			for sentence, values in cases.items():
				with self.subTest(sentence, road=road.__name__):
					before = self.counts()
					self.assertIn(sentence, self.assert_one_sentence(*road(self.deal(**values))))
					self.assertEqual(self.counts(), before)

	def test_bad_profiles(self) -> None:
		organization = {"doctype": "Customer Profile", "profile_type": "Organization"}
		person = {"doctype": "Customer Profile", "profile_type": "Person", "full_name": factories.unique("P")}
		cases = {
			"already belongs to the profile": {
				**organization,
				"full_name": factories.unique("Twin"),
				"erpnext_customer": self.customer,
			},
			"is a person: choose an organization": {**person, "organization": self.person},
			"cannot belong to": {**organization, "full_name": "Org", "organization": self.profile},
			"Full Name": {**organization, "full_name": " \t "},
			"phone number": {**person, "phone": HTML},
			"is not a valid": {**person, "email": "nobody at nowhere"},
		}
		for road in (self.insert, self.save_form):
			for sentence, doc in cases.items():
				with self.subTest(sentence, road=road.__name__):
					before = self.counts()
					self.assertIn(sentence, self.assert_one_sentence(*road(doc)))
					self.assertEqual(self.counts(), before)

	def test_a_circle_of_profiles(self) -> None:
		member = factories.make_profile(profile_type="Person", organization=self.profile).name
		self.commit()
		for name, values, sentence in (
			(self.profile, {"organization": member}, "only a person can"),
			(self.profile, {"profile_type": "Person", "organization": member}, "is a person"),
			(member, {"organization": member}, "cannot belong to itself"),
		):
			with self.subTest(sentence):
				path = f"/api/resource/Customer Profile/{name}"
				answer = self.send(path, values, method="PUT", token=self.token)
				self.assertIn(sentence, self.assert_one_sentence(*answer))
		self.assertEqual(
			frappe.db.get_value("Customer Profile", self.profile, ["profile_type", "organization"]),
			("Organization", None),
		)

	def test_what_a_stored_deal_is_set_to(self) -> None:
		name = factories.make_deal(pipeline=self.pipeline, stage=f"{self.pipeline}-New").name
		self.commit()
		stored = frappe.db.get_value("Deal", name, ["title", "amount", "stage", "modified"])
		for fieldname, bad in (
			*(("amount", -1), ("amount", "NaN"), ("amount", 1e18), ("title", "x" * 5000), ("title", " ")),
			*(("stage", f"{self.other_pipeline}-New"), ("stage", HTML), ("expected_close_date", "abc")),
			*(("currency", "XXX"), ("status", HTML), ("deal_owner", HTML)),
		):
			with self.subTest(fieldname, bad=str(bad)[:20]):
				args = {"doctype": "Deal", "name": name, "fieldname": fieldname, "value": bad}
				self.assert_one_sentence(*self.call("frappe.client.set_value", args, token=self.token))
		frappe.db.commit()  # nothing to write: the next reading sees what the requests wrote
		self.assertEqual(frappe.db.get_value("Deal", name, ["title", "amount", "stage", "modified"]), stored)

	def test_names_in_every_script_come_back_as_they_were_sent(self) -> None:
		for name in (
			"😀 𝕏 Team",
			"شركة النور \u200f(رقم ١)",
			"株式会社アクメ",
			'O\'Brien & "Söhne" 100 %_\\',
			"a\0b",
		):
			with self.subTest(name):
				title = f"{name} {frappe.generate_hash(length=8)}"
				for doc in (
					self.deal(title=title),
					{"doctype": "Customer Profile", "profile_type": "Person", "full_name": title},
				):
					status, body = self.insert(doc)
					self.assertEqual(status, 200, body)
					self.assertIn(title, (body["message"].get("title"), body["message"].get("full_name")))

	def test_dates_of_other_centuries_are_kept_where_nothing_depends_on_them(self) -> None:
		for day in ("1900-01-01", "2999-12-31"):
			doc = {"doctype": "Customer Profile", "full_name": factories.unique("Old")}
			status, body = self.insert({**doc, "last_purchase_on": day})
			self.assertEqual((status, body["message"]["last_purchase_on"]), (200, day))

	def test_a_file_of_bad_deals_changes_nothing(self) -> None:
		lines = ["Title,Customer,Pipeline,Stage,Company,Amount"]
		end = f"{self.pipeline},{self.pipeline}-New,{factories.company()}"
		mark = frappe.generate_hash(length=8)
		lines += [f"{mark} negative,{self.profile},{end},-5", f"{mark} number,{self.profile},{end},NaN"]
		lines += [f"{'x' * 5000},{self.profile},{end},1"]
		file = factories.make("File", file_name=f"{mark}.csv", content="\n".join(lines), is_private=1)
		job = factories.make(
			"Data Import",
			reference_doctype="Deal",
			import_type="Insert New Records",
			import_file=file.file_url,
			mute_emails=1,
		)
		self.commit()
		before = self.counts()
		self.addCleanup(frappe.flags.pop, "in_import", None)
		Importer("Deal", data_import=job).import_data()
		self.assertEqual(self.counts(), before)
		logs = frappe.get_all("Data Import Log", {"data_import": job.name}, ["success", "messages"])
		self.assertEqual([log.success for log in logs], [0, 0, 0])
		for log in logs:
			for message in json.loads(log.messages):
				self.assertLess(len(frappe.parse_json(message)["message"]), LONGEST_MESSAGE)
