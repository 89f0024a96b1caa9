"""What the tests of accountants start from: a customer with a deal that has a secret, and an accountant."""

from crm_plus.api.accounting import deals_for_document
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories import company, unique
from crm_plus.tests.factories_accounting import make_party, make_party_deal, the_accountant


class AccountantCase(CRMPlusTestCase):
	"""A customer with a deal that has a secret, and an accountant."""

	def setUp(self) -> None:
		super().setUp()
		self.customer, self.profile = make_party()
		self.secret = unique("Secret")
		self.deal = make_party_deal(self.profile, 1234, description=self.secret, next_step=self.secret)
		self.accountant = the_accountant()
		self.commit()

	def offered(self, text: str = "", **asked: str) -> list[str]:
		"""Return the names of the deals that the current user is offered on a Sales Invoice."""
		return [row[0] for row in self.search(text, **asked)]

	def search(self, text: str = "", start: int = 0, page_len: int = 20, **asked: str) -> list[tuple]:
		filters = {"document_type": "Sales Invoice", "party": self.customer, "company": company(), **asked}
		return deals_for_document("Deal", text, "name", start, page_len, filters)
