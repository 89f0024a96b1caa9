"""A hidden record is not there for who asks by filters: neither a refusal nor another sentence tells whether one fits."""

import json
from typing import Any

import frappe
from frappe.model.base_document import get_controller

from crm_plus.tests import factories
from crm_plus.tests.private_case import PrivateRequestCase
from crm_plus.tests.request_case import sentences, token_of, user_with
from crm_plus.workflows.plain_values import FoundAsListed

CHANGE = {"fieldname": "next_step", "value": "Call"}


def roads(doctype: str, filters: dict[str, Any]) -> dict[str, dict[str, Any]]:
	"""Return the functions of Frappe's that take filters for a name, with what they are sent."""
	return {
		"frappe.client.get": {"doctype": doctype, "filters": filters},
		"frappe.client.set_value": {"doctype": doctype, "name": filters, **CHANGE},
		"frappe.client.save": {"doc": {"doctype": doctype, "name": filters, "next_step": "Call"}},
		"frappe.client.cancel": {"doctype": doctype, "name": filters},
		"frappe.client.get_doc_permissions": {"doctype": doctype, "docname": filters},
		"run_doc_method": {"dt": doctype, "dn": filters, "method": "validate"},
	}


class TestFilterProbes(PrivateRequestCase):
	def setUp(self) -> None:
		super().setUp()
		self.profile = factories.make_profile(profile_owner=self.theirs).name
		items = [{"rate": 700, "price_list_rate": 700}]
		values = {"customer_profile": self.profile, "deal_owner": self.theirs}
		self.deal = factories.make_deal(items=items, **values).name
		self.own = factories.make_deal(deal_owner=self.mine).name
		self.commit()  # the requests are other connections

	def seen(self, function: str, asked: dict[str, Any], token: str) -> tuple[int, str, list[str]]:
		status, body = self.call(function, asked, token=token)
		return status, str(body.get("exc_type", "")), sentences(body)

	def test_no_road_tells_a_value_of_a_hidden_record(self) -> None:
		fits, fits_not = {"amount": [">", 1]}, {"amount": ["<", -1]}
		hidden = {
			"Deal": {"name": self.deal},
			"Deal Item": {"parent": self.deal},
		}
		for doctype, where in hidden.items():
			for function, asked in roads(doctype, {**where, **fits}).items():
				other = roads(doctype, {**where, **fits_not})[function]
				with self.subTest(doctype, function=function):
					first = self.seen(function, asked, self.token)
					self.assertNotEqual(first[0], 200)
					self.assertEqual(first, self.seen(function, other, self.token))

	def test_ones_own_is_found_by_filters(self) -> None:
		for function, asked in roads("Deal", {"name": self.own, "amount": [">", 1]}).items():
			if function in ("frappe.client.get", "frappe.client.set_value"):
				with self.subTest(function):
					self.assertEqual(self.seen(function, asked, self.token)[0], 200)
		frappe.db.rollback()
		self.assertEqual(frappe.db.get_value("Deal", self.own, "next_step"), "Call")

	def test_nobody_renames_or_merges_past_the_checks(self) -> None:
		"""Frappe's own `rename` of a document takes from its caller that nothing is to be checked."""
		reader = token_of(user_with("Marketing User"))
		profile = frappe.db.get_value("Deal", self.own, "customer_profile")
		self.commit()  # the requests are other connections
		for doctype, name, merge in (("Deal", self.own, 0), ("Customer Profile", profile, 1)):
			wanted = {"name": self.profile if merge else "Renamed", "merge": merge, "force": 1}
			asked = {"dt": doctype, "dn": name, "method": "rename"}
			asked["args"] = json.dumps({**wanted, "validate_rename": 0})
			for token in (reader, self.token):
				with self.subTest(doctype, token=token):
					self.assertEqual(self.call("run_doc_method", asked, token=token)[0], 403)
					frappe.db.rollback()
					self.assertTrue(frappe.db.exists(doctype, name))

	def test_no_record_is_discarded_as_a_draft(self) -> None:
		with self.as_user(self.mine), self.assertRaises(frappe.ValidationError):
			frappe.get_doc("Deal", self.own).discard()
		asked = {"dt": "Deal", "dn": self.own, "method": "discard"}
		self.assertEqual(self.call("run_doc_method", asked, token=self.token)[0], 403)

	def test_whatever_the_row_rule_narrows_is_found_as_it_is_listed(self) -> None:
		narrowed = frappe.get_hooks("permission_query_conditions")
		ours = frappe.get_all("DocType", {"module": "CRM Plus", "is_virtual": 0}, pluck="name")
		for doctype in set(narrowed) & set(ours):
			self.assertTrue(issubclass(get_controller(doctype), FoundAsListed), doctype)
