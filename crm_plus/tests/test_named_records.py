"""What one gets by naming what one may not see, as a link, as a contact's, as a file: a refusal, without its title."""

from typing import Any

import frappe

from crm_plus.tests import factories
from crm_plus.tests.private_case import PrivateRequestCase


class TestNamedRecords(PrivateRequestCase):
	def setUp(self) -> None:
		super().setUp()
		self.word = factories.unique("Hidden").replace(" ", "")
		self.profile = factories.make_profile(
			full_name=self.word, profile_type="Person", profile_owner=self.theirs
		).name
		self.deal = factories.make_deal(
			title=self.word, deal_owner=self.theirs, customer_profile=self.profile
		).name
		self.secret = f"Price: {frappe.generate_hash()}"
		values = {"file_name": f"{self.word}.txt", "content": self.secret, "is_private": 1}
		beside = {"attached_to_doctype": "Deal", "attached_to_name": self.deal}
		self.file = factories.make("File", **values, **beside)
		with self.as_user(self.mine):
			self.own = factories.make_profile(profile_type="Person", full_name=factories.unique("Own")).name
		self.commit()  # the requests are other connections

	def refuse(self, path: str, args: dict[str, Any], method: str = "POST") -> None:
		status, body = self.send(path, args, method=method, token=self.token)
		with self.subTest(path, **args):
			self.assertEqual(status, 403, body)
			self.assertNotIn(self.word, str(body.get("message")))

	def test_no_contact_or_address_hangs_on_a_hidden_record(self) -> None:
		hidden = {"Customer Profile": self.profile, "Deal": self.deal}
		address = {"address_title": "x", "address_line1": "x", "city": "x", "country": "Germany"}
		for kind, name in hidden.items():
			links = [{"link_doctype": kind, "link_name": name}]
			self.refuse("/api/resource/Contact", {"first_name": "x", "links": links})
			self.refuse("/api/resource/Address", {**address, "links": links})

	def test_ones_own_customers_contact_is_made(self) -> None:
		links = [{"link_doctype": "Customer Profile", "link_name": self.own}]
		args = {"first_name": factories.unique("x"), "links": links}
		self.assertEqual(self.send("/api/resource/Contact", args, token=self.token)[0], 200)

	def test_a_hidden_person_as_organization_is_refused_without_a_name(self) -> None:
		args = {"full_name": "x", "profile_type": "Person", "organization": self.profile}
		status, body = self.send("/api/resource/Customer Profile", args, token=self.token)
		self.assertIn(status, (403, 417))
		self.assertNotIn(self.word, str(body))

	def addresses(self) -> tuple[str, ...]:
		url = self.file.file_url
		return url, url.replace("/files/", "/files/./"), frappe.utils.get_url(url), url.replace("H", "%48", 1)

	def test_a_file_is_not_read_by_naming_its_address(self) -> None:
		mine = {"attached_to_doctype": "Customer Profile", "attached_to_name": self.own, "is_private": 1}
		for address in self.addresses():
			self.refuse("/api/resource/File", {"file_url": address, **mine})
		self.refuse("/api/resource/File", {"file_name": self.file.file_name, **mine})
		with self.as_user(self.mine):
			own = factories.make("File", file_name="own.txt", content=frappe.generate_hash(), **mine)
		self.commit()
		self.refuse(f"/api/resource/File/{own.name}", {"file_url": self.file.file_url}, method="PUT")
		self.refuse(f"/api/resource/Customer Profile/{self.own}", {"image": self.file.file_url}, method="PUT")
		self.assertEqual(self.send(self.file.file_url, {}, method="GET", token=self.token)[0], 403)

	def test_who_has_the_same_file_attaches_it(self) -> None:
		"""Frappe keeps one copy of what is the same, under the first one's address."""
		with self.as_user(self.mine):
			copy = factories.make(
				"File",
				**{"file_name": "same.txt", "content": self.secret, "is_private": 1},
				**{"attached_to_doctype": "Customer Profile", "attached_to_name": self.own},
			)
			profile = frappe.get_doc("Customer Profile", self.own)
			profile.image = copy.file_url
			profile.save()
		self.assertEqual(profile.image, copy.file_url)

	def test_its_owner_uses_the_file_again(self) -> None:
		args = {"file_url": self.file.file_url, "is_private": 1}
		beside = {"attached_to_doctype": "Customer Profile", "attached_to_name": self.profile}
		self.assertEqual(self.send("/api/resource/File", {**args, **beside}, token=self.their_token)[0], 200)
