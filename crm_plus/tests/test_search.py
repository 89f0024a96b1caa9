"""The search finds by any fragment, in whatever format, and only what the reader may open."""

import frappe

from crm_plus.api.search import find
from crm_plus.reports import search
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories import make, make_deal, make_profile, make_user, unique
from crm_plus.tests.factories_customers import email, make_person, use_settings


def names(text: str) -> list[str]:
	return [hit["name"] for hit in find(text)]


def reader_of_one_territory() -> tuple[str, str, str]:
	"""Return a salesperson, the one territory that he may see, and another."""
	mine, other = (
		make("Territory", territory_name=unique(word), parent_territory="All Territories").name
		for word in ("Mine", "Other")
	)
	reader = make_user("Sales User").name
	make("User Permission", user=reader, allow="Territory", for_value=mine)
	return reader, mine, other


class TestSearch(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.number = "9" + str(int(frappe.generate_hash(length=10), 16))[:9].rjust(9, "7")

	def test_a_phone_number_in_whatever_format(self) -> None:
		number = self.number
		profile = make_profile(phone=f"+91-{number}")
		spellings = (
			f"{number[:5]} {number[5:]}",
			f"+91 {number[:5]}-{number[5:]}",
			f"0{number}",
			f"0091 {number}",
			number[-7:],
			f"({number[:4]}) {number[4:8]}",
		)
		for typed in spellings:
			self.assertIn(profile.name, names(typed), typed)

	def test_a_number_with_brackets_of_the_own_country(self) -> None:
		use_settings(default_phone_country="Germany")
		profile = make_profile(phone=f"+49 30 {self.number[:8]}")
		self.assertIn(profile.name, names(f"(030) {self.number[:4]}"))

	def test_a_number_that_only_a_contact_has(self) -> None:
		profile = make_profile()
		make(
			"Contact",
			first_name="Colleague",
			phone_nos=[{"phone": f"+91 ({self.number[:3]}) {self.number[3:6]}.{self.number[6:]}"}],
			links=[{"link_doctype": "Customer Profile", "link_name": profile.name}],
		)
		self.assertIn(profile.name, names(f"{self.number[:5]} {self.number[5:]}"))

	def test_fragments_of_name_and_email(self) -> None:
		token = frappe.generate_hash(length=10)
		profile = make_profile(full_name=f"Great {token} Works", email=f"{token}x@example.com")
		for typed in (token, token[2:8], f"great {token[:5]}", f"{token}X@EXAMPLE", f"{token[3:]}x@ex"):
			self.assertEqual(names(typed)[:1], [profile.name], typed)

	def test_deals_by_title_number_and_customer(self) -> None:
		token = frappe.generate_hash(length=10)
		profile = make_profile(full_name=f"{token} Inc")
		titled = make_deal(title=f"Sale of {token}")
		owned = make_deal(customer_profile=profile.name)
		self.assertEqual(set(names(token)), {profile.name, titled.name, owned.name})
		self.assertIn(owned.name, names(owned.name))

	def test_the_best_answer_comes_first(self) -> None:
		token = frappe.generate_hash(length=10)
		inside = make_profile(full_name=f"Not{token}")
		word = make_profile(full_name=f"The {token} Company")
		begins = make_profile(full_name=f"{token} Company")
		exact = make_profile(full_name=token)
		self.assertEqual(names(token), [exact.name, begins.name, word.name, inside.name])

	def test_wildcards_mean_themselves(self) -> None:
		token = frappe.generate_hash(length=8)
		profile = make_profile(full_name=f"{token} 100%_sure")
		self.assertEqual(names(f"{token} 100%_s"), [profile.name])
		self.assertEqual(names(f"{token}%sure"), [])
		self.assertEqual(find("%_"), [])

	def test_at_most_twenty_and_nothing_for_one_letter(self) -> None:
		token = frappe.generate_hash(length=8)
		for number in range(23):
			make_profile(full_name=f"{token} {number}")
		self.assertEqual(len(find(token, limit=500)), 20)
		self.assertEqual(len(find(token, limit=5)), 5)
		self.assertEqual(find("a"), [])

	def test_only_what_the_reader_may_open(self) -> None:
		token = frappe.generate_hash(length=10)
		reader, mine, other = reader_of_one_territory()
		shown = make_profile(full_name=f"{token} shown", territory=mine)
		make_profile(full_name=f"{token} hidden", territory=other)
		person = make_person(full_name=f"Hidden {token}", territory=other, email=email())
		with self.as_user(reader):
			self.assertEqual(names(token), [shown.name])
			self.assertEqual(names(person.email), [])

	def test_what_may_be_read_is_not_hidden_behind_what_may_not(self) -> None:
		token = frappe.generate_hash(length=10)
		reader, mine, other = reader_of_one_territory()
		shown = make_profile(full_name=f"x {token} zzz", territory=mine)
		deal = make_deal(title=f"x {token} zzz", customer_profile=shown.name)
		hidden = make_profile(full_name=unique("Hidden"), territory=other)
		number = search.CANDIDATES + 1
		self.put("Customer Profile", number, {"full_name": f"{token} aaa", "territory": other})
		self.put("Deal", number, {"title": f"x {token} aaa", "customer_profile": hidden.name})
		with self.as_user(reader):
			self.assertEqual(set(names(token)), {shown.name, deal.name})

	def put(self, doctype: str, count: int, values: dict) -> None:
		"""Insert as many rows with the same values."""
		start = unique("H")
		rows = [[f"{start}-{number}", *values.values()] for number in range(count)]
		frappe.db.bulk_insert(doctype, ["name", *values], rows)

	def test_nothing_for_who_may_read_neither(self) -> None:
		token = frappe.generate_hash(length=10)
		make_profile(full_name=token)
		make_deal(title=token)
		with self.as_user(make_user("Stock User").name):
			self.assertEqual(find(token), [])
		with self.as_user(make_user("Accounts User").name):
			self.assertEqual(find(token), [])
