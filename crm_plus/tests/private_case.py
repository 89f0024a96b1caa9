"""Requests of two salespeople on a site where each sees only what is his own."""

import frappe

from crm_plus.tests.factories_teams import no_teams, show
from crm_plus.tests.request_case import RequestCase, token_of
from crm_plus.tests.test_visibility import sales_person


class PrivateRequestCase(RequestCase):
	"""`mine` asks for what `theirs` keeps; both have a token for requests over the wire."""

	def setUp(self) -> None:
		super().setUp()
		no_teams()
		show("Private")
		self.addCleanup(self.forget)
		word = type(self).__name__
		self.mine, self.theirs = (sales_person("Sales User", f"{word} {number}") for number in range(2))
		self.token, self.their_token = token_of(self.mine), token_of(self.theirs)

	def forget(self) -> None:
		"""Let the site show everything again to the tests that follow."""
		frappe.set_user("Administrator")
		show("Everyone")
		self.commit()
