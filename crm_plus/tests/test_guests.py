"""What somebody who is not logged in may ask: nothing of ours, until a signed token and a rate limit stand before it."""

import inspect

import frappe

from crm_plus.tests import factories
from crm_plus.tests.request_case import RequestCase
from crm_plus.tests.test_api_edge import functions


class TestGuests(RequestCase):
	def test_a_function_for_guests_is_limited_and_signed(self) -> None:
		"""There is none today. One that comes takes a token, and is decorated with Frappe's rate_limit."""
		for path, function in functions().items():
			if function in frappe.guest_methods:
				with self.subTest(path):
					self.assertIn("token", inspect.signature(function).parameters)
					self.assertIn("rate_limit(", inspect.getsource(inspect.unwrap(function)))

	def test_an_address_tells_no_guest_what_exists(self) -> None:
		"""A record that is there and one that is not get the same answer."""
		deal = factories.make_deal()
		self.commit()
		there = {"Deal": deal.name, "Customer Profile": deal.customer_profile}
		for doctype, path in (
			(kind, f"/{way}/{{0}}") for kind in there for way in (f"api/resource/{kind}", "app/x")
		):
			answers = []
			for name in (there[doctype], "none-0000"):
				status, body = self.send(path.format(name), {}, method="GET")
				answers.append((status, str(body.get("exc_type")) if isinstance(body, dict) else ""))
			self.assertEqual(answers[0], answers[1], path)
