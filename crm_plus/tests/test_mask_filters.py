"""A value that a role must not see is not asked out either: not by filter, order or group of a list, nor by a search."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import frappe
from frappe import client
from frappe.desk import reportview

from crm_plus.access import levels
from crm_plus.api import link_search, narrowed
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_teams import no_teams, show
from crm_plus.tests.request_case import user_with

READERS = ("Sales User", "Sales Manager", "Marketing User", "Support Team")
ROLES = (*READERS, "Accounts User", "Accounts Manager", "System Manager")
TABLES = ("Table", "Table MultiSelect")
Ask = Callable[[], Any]


def masked() -> list[tuple[str, Any]]:
	"""Every field at a level of every DocType of ours that has rows."""
	doctypes = frappe.get_all("DocType", {"module": "CRM Plus", "issingle": 0, "is_virtual": 0}, pluck="name")
	return [(name, field) for name in doctypes for field in frappe.get_meta(name).fields if field.permlevel]


class TestMaskFilters(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		no_teams()
		show("Everyone")
		self.word = factories.unique("Asked")
		self.profile = factories.make_profile(full_name=self.word, email="asked@example.com").name
		self.deal = factories.make_deal(title=self.word, customer_profile=self.profile).name

	def refused(self, ask: Ask) -> bool:
		try:
			ask()
		except frappe.PermissionError:
			frappe.clear_messages()
			return True
		return False

	def view(self, function: Ask, doctype: str, **asked: Any) -> Any:
		fields = json.dumps([f"`tab{doctype}`.`name`"])
		frappe.local.form_dict = frappe._dict(doctype=doctype, fields=fields) | {
			key: value if isinstance(value, str) else json.dumps(value) for key, value in asked.items()
		}
		return function()

	def record(self, doctype: str, **asked: Any) -> None:
		try:
			narrowed.record(doctype, **asked)
		except frappe.DoesNotExistError:
			frappe.clear_messages()

	def roads(self, doctype: str, field: str) -> Iterator[tuple[str, Ask]]:
		"""Yield how a list can be asked for a field."""
		is_day = frappe.get_meta(doctype).get_field(field).fieldtype == "Date"
		more = [">", "2001-01-01" if is_day else "0"]
		where = [[doctype, field, *more]]
		column = f"`tab{doctype}`.`{field}`"
		for key, value in {
			**{"filters": where, "or_filters": where, "order_by": f"{column} desc", "group_by": column},
		}.items():
			yield f"get_list {key}", lambda key=key, value=value: frappe.get_list(doctype, **{key: value})
			yield (
				f"client.get_list {key}",
				lambda key=key, value=value: client.get_list(doctype, **{key: value}),
			)
			yield (
				f"view {key}",
				lambda key=key, value=value: self.view(reportview.get, doctype, **{key: value}),
			)
		yield "short filter", lambda: client.get_list(doctype, filters={field: more})
		yield "view count", lambda: self.view(reportview.get_count, doctype, filters=where)
		yield "view list", lambda: self.view(reportview.get_list, doctype, filters=where)
		yield "count", lambda: narrowed.count(doctype, json.dumps(where))
		yield "value", lambda: client.get_value(doctype, "name", json.dumps({field: more}))
		yield "record", lambda: self.record(doctype, filters={field: more})
		yield "record by name", lambda: self.record(doctype, name={field: more})
		yield "assignees", lambda: narrowed.group_counts(doctype, json.dumps(where), "assigned_to")
		yield "groups", lambda: narrowed.group_counts(doctype, json.dumps(where), "owner")
		yield "link", lambda: link_search.for_field(doctype, "", filters=where)

	def test_hidden_fields_are_no_filter_order_or_group(self) -> None:
		columns = [(doctype, field) for doctype, field in masked() if field.fieldtype not in TABLES]
		self.assertGreater(len(columns), 10)
		known = 0
		for role in ROLES:
			user = user_with(role)
			with self.as_user(user):
				for doctype, field in columns:
					if not frappe.has_permission(doctype, "read"):
						continue
					hidden = field.fieldname in levels.hidden_fields(frappe.get_meta(doctype), user)
					known += hidden
					for road, ask in self.roads(doctype, field.fieldname):
						with self.subTest(role, doctype=doctype, field=field.fieldname, road=road):
							self.assertEqual(self.refused(ask), hidden)
		self.assertGreater(known, 20)

	def test_the_case_of_letters_does_not_matter(self) -> None:
		with self.as_user(user_with("Sales User")):
			for column in ("PAID_AMOUNT", "`Paid_Amount`"):
				# Version 16 knows no such column at all.
				with self.assertRaises((frappe.PermissionError, frappe.ValidationError)):
					frappe.get_list("Deal", order_by=f"{column} asc")

	def test_a_list_that_shows_linked_titles_is_no_question(self) -> None:
		shown = ["name", "deal.title as deal_title", "customer_profile.full_name as customer"]
		with self.as_user(user_with("Sales User")):
			self.assertIsInstance(frappe.get_list("Follow Up", fields=shown, limit=1), list)

	def test_what_is_at_no_level_stays_open_to_all(self) -> None:
		for role in READERS:
			with self.as_user(user_with(role)):
				for road, ask in self.roads("Deal", "title"):
					with self.subTest(role, road=road):
						self.assertFalse(self.refused(ask))

	def test_rows_of_a_hidden_table_are_not_listed(self) -> None:
		for table, parent in levels.PARENTS.items():
			fields = [
				field.fieldname
				for field in frappe.get_meta(parent).get_table_fields()
				if field.options == table and field.permlevel
			]
			column = next(
				field.fieldname for field in frappe.get_meta(table).fields if field.fieldtype == "Data"
			)
			for role in READERS if fields else ():
				user = user_with(role)
				with self.as_user(user):
					hidden = fields[0] in levels.hidden_fields(frappe.get_meta(parent), user)
					for road, ask in self.table_roads(parent, table, column).items():
						with self.subTest(role, table=table, road=road):
							self.assertEqual(self.refused(ask), hidden)

	def table_roads(self, parent: str, table: str, column: str) -> dict[str, Ask]:
		where = [[table, column, "like", "%a%"]]
		return {
			"filters": lambda: client.get_list(parent, filters=where),
			"or_filters": lambda: client.get_list(parent, or_filters=where),
			"fields": lambda: client.get_list(parent, fields=["name", f"`tab{table}`.`{column}`"]),
			"rows": lambda: client.get_list(table, fields=["name", column], parent=parent),
			"count": lambda: narrowed.count(parent, json.dumps(where)),
		}

	def test_sums_and_joined_tables_do_not_tell(self) -> None:
		"""Version 15 takes functions of several columns, and the columns of a linked record by the name of its table."""
		asked = (
			("Deal", {"fields": ["greatest(docstatus, paid_amount) as x"]}),
			("Deal", {"fields": ["sum(paid_amount*1) as x"]}),
			(
				"Deal",
				{
					"fields": ["customer_profile.full_name"],
					"order_by": "`tabCustomer Profile_1`.`lifetime_value`",
				},
			),
			("Deal", {"fields": ["customer_profile.full_name"], "order_by": "lifetime_value desc"}),
			("Interaction", {"fields": ["deal.title"], "order_by": "tabDeal_1.paid_amount desc"}),
			("Interaction", {"fields": ["deal.title"], "order_by": "paid_amount desc"}),
			(
				"Interaction",
				{"fields": ["deal.title"], "filters": [["Interaction", "ifnull(paid_amount, 0)", ">", 1]]},
			),
		)
		with self.as_user(user_with("Sales User")):
			for doctype, args in asked:
				with self.subTest(doctype, **args):
					try:
						told = frappe.get_list(doctype, **args)
					except (frappe.PermissionError, frappe.ValidationError):
						frappe.clear_messages()
						told = []
					self.assertEqual(told, [])

	def test_words_that_are_typed_are_no_fields(self) -> None:
		"""Whoever searches for the word Email finds what is called so."""
		factories.make_profile(full_name=f"Email Phone {self.word}")
		with self.as_user(user_with("Marketing User")):
			for function in (link_search.for_field, link_search.for_dialog):
				found = function("Customer Profile", f"Email Phone {self.word}")
				self.assertEqual(len(found), 1)
			self.assertEqual(
				narrowed.count("Customer Profile", {"full_name": ["like", "%email phone%"]}) > 0, True
			)

	def test_a_search_does_not_look_into_hidden_columns(self) -> None:
		with self.as_user(user_with("Marketing User")):
			for function in (link_search.for_field, link_search.for_dialog):
				self.assertEqual(len(function("Customer Profile", self.word)), 1)
				for asked in ({}, {"searchfield": "email"}):
					self.assertFalse(function("Customer Profile", "asked@exam", **asked))

	def test_a_record_is_found_by_what_may_be_read(self) -> None:
		with self.as_user(user_with("Sales User")):
			for asked in (
				{"name": self.deal},
				{"filters": {"title": self.word}},
				{"filters": json.dumps({"title": self.word})},
			):
				self.assertEqual(narrowed.record("Deal", **asked)["name"], self.deal)
			with self.assertRaises(frappe.DoesNotExistError):
				narrowed.record("Deal", filters={"title": factories.unique("Nobody")})
			frappe.clear_messages()

	def test_no_record_is_looked_for_by_hidden_fields(self) -> None:
		"""Frappe takes filters wherever it takes a name."""
		for more in (-1, 1):
			hidden = {"name": self.deal, "paid_amount": [">", more]}
			roads = (
				lambda hidden=hidden: client.get("Deal", hidden),
				lambda hidden=hidden: client.set_value("Deal", hidden, "next_step", "Call"),
				lambda hidden=hidden: client.save({"doctype": "Deal", "name": hidden}),
				lambda more=more: frappe.get_doc("Deal", [["paid_amount", ">", more]]),
			)
			with self.as_user(user_with("Sales User")):
				for number, ask in enumerate(roads):
					with self.subTest(number, more=more):
						self.assertTrue(self.refused(ask))
				self.assertEqual(frappe.get_doc("Deal", {"title": self.word}).name, self.deal)
		self.assertEqual(frappe.get_doc("Deal", {"name": self.deal, "paid_amount": 0}).name, self.deal)

	def test_the_refusal_is_one_sentence(self) -> None:
		with self.as_user(user_with("Sales User")):
			with self.assertRaisesRegex(frappe.PermissionError, "(?i)paid"):
				frappe.get_list("Deal", order_by="paid_amount desc")
			frappe.clear_messages()

	def test_what_ignores_permissions_and_the_administrator_are_not_asked(self) -> None:
		filters = {"name": self.deal, "paid_amount": 0}
		self.assertTrue(frappe.get_list("Deal", filters))
		with self.as_user(user_with("Sales User")):
			self.assertTrue(frappe.get_all("Deal", filters))
			self.assertTrue(frappe.get_list("Deal", filters, ignore_permissions=True))
