"""Requests of two salespeople on a site where each sees only what is his own."""

from crm_plus.tests.factories_teams import no_teams, show, show_everything
from crm_plus.tests.request_case import RequestCase, token_of
from crm_plus.tests.test_visibility import sales_person


class PrivateRequestCase(RequestCase):
	"""`mine` asks for what `theirs` keeps; both have a token for requests over the wire."""

	def setUp(self) -> None:
		super().setUp()
		no_teams()
		show("Private")
		self.addCleanup(show_everything)
		word = type(self).__name__
		self.mine, self.theirs = (sales_person("Sales User", f"{word} {number}") for number in range(2))
		self.token, self.their_token = token_of(self.mine), token_of(self.theirs)
