"""The timeline of deals and customers: what stands in it, in which order, page by page, and by which filters."""

from datetime import timedelta
from itertools import groupby
from random import Random
from typing import Any

import frappe
from frappe.utils import add_days, get_datetime, now_datetime, nowdate

from crm_plus.rules.timeline import PAGE_LENGTH
from crm_plus.setup.indexes import INDEX, INDEXES
from crm_plus.tests import factories
from crm_plus.tests.factories_accounting import ensure_fiscal_year, make_party, make_sales, pay
from crm_plus.tests.timeline_case import MORNING, TimelineCase, put


class TestPages(TimelineCase):
	def fill(self, count: int) -> list[str]:
		"""Entries of many kinds, most of them at a moment that others have too."""
		random = Random(4)
		kinds = (
			self.interaction,
			self.comment,
			self.follow_up,
			self.done,
			self.file,
			self.move,
			self.mail_about,
		)
		return [
			random.choice(kinds)(MORNING + timedelta(minutes=random.randint(0, 5)))
			for _number in range(count)
		]

	def done(self, at: Any) -> str:
		return self.follow_up(add_days(at, 30), status="Done", completed_on=at)

	def file(self, at: Any) -> str:
		about = {"attached_to_doctype": "Customer Profile", "attached_to_name": self.profile}
		return put("File", file_name="offer.pdf", file_url="/files/offer.pdf", creation=at, **about)

	def move(self, at: Any) -> str:
		about = {"reference_doctype": "Deal", "reference_name": self.deal}
		return put(
			"Stage Change", from_stage="New", to_stage="Talking", changed_on=at, cause="Manual", **about
		)

	def mail_about(self, at: Any) -> str:
		return self.mail(
			at, ("Customer Profile", self.profile), reference_doctype="Deal", reference_name=self.deal
		)

	def test_pages_together_are_the_sorted_whole(self) -> None:
		names = self.fill(4 * PAGE_LENGTH)
		found = self.all_pages()
		ours = [entry for entry in found if entry["name"] in set(names)]
		self.assertEqual(sorted(entry["name"] for entry in ours), sorted(names))
		order = [(entry["at"], entry["kind"]) for entry in found]
		backwards = sorted(order, key=lambda one: one[0], reverse=True)
		self.assertEqual([at for at, _kind in order], [at for at, _kind in backwards])
		for _at, same in groupby(order, key=lambda one: one[0]):
			kinds = [kind for _moment, kind in same]
			self.assertEqual(kinds, sorted(kinds))

	def test_names_that_differ_by_case_or_accent_are_neither_lost_nor_doubled(self) -> None:
		stems = ("a", "B", "ä", "ß", "Z", "_", "0")
		names = [
			f"{stem}{number:02d}{frappe.generate_hash(length=6)}" for stem in stems for number in range(12)
		]
		for name in names:
			comment = frappe.get_doc("Comment", self.comment())
			frappe.db.set_value("Comment", comment.name, "name", name, update_modified=False)
		found = [entry["name"] for entry in self.all_pages() if entry["kind"] == "comment"]
		self.assertEqual(sorted(found), sorted(names))

	def test_what_comes_in_between_pages_neither_shifts_nor_repeats_an_entry(self) -> None:
		names = self.fill(3 * PAGE_LENGTH)
		found = [entry["name"] for entry in self.all_pages(between=lambda: self.comment(now_datetime()))]
		self.assertEqual(len(found), len(set(found)))
		self.assertLessEqual(set(names), set(found))

	def test_all_pages_but_the_last_are_full(self) -> None:
		self.fill(2 * PAGE_LENGTH)
		first = self.page()
		self.assertEqual(len(first["entries"]), PAGE_LENGTH)
		self.assertTrue(first["next"])

	def test_queries_do_not_grow_with_the_entries(self) -> None:
		self.fill(20)
		self.page()  # fills Frappe's caches
		with self.count_queries() as few:
			self.page()
		self.fill(60)
		with self.count_queries() as many:
			page = self.page()
		self.assertEqual(len(many), len(few))
		self.assertLessEqual(len(many), 12, many)
		with self.count_queries() as later:
			self.page(page["next"])
		self.assertLessEqual(len(later), len(few))

	def test_the_indexes_that_serve_it_are_there(self) -> None:
		ours = {
			"Interaction": "deal_starts",
			"Interaction Participant": "customer_happened_parent",
			"Follow Up": "profile_status_completed",
			"Stage Change": "history",
		}
		for doctype, index in {**ours, **dict.fromkeys(INDEXES, INDEX)}.items():
			self.assertTrue(frappe.db.has_index(f"tab{doctype}", index), doctype)


class TestWhatStandsInIt(TimelineCase):
	def test_the_story_of_a_deal_stands_in_order(self) -> None:
		customer, self.profile = make_party()
		self.deal = factories.make_deal(customer_profile=self.profile).name
		quotation = make_sales("Quotation", customer, crm_plus_deal=self.deal).name
		order = make_sales("Sales Order", customer, crm_plus_deal=self.deal).name
		invoice = make_sales("Sales Invoice", customer, crm_plus_deal=self.deal)
		payment = pay(invoice, 400).name
		story = [payment, invoice.name, order, quotation]
		self.assertEqual(self.shown(deal=True), story)
		self.assertEqual(self.shown(), story)
		found = {entry["name"]: entry for entry in self.page(deal=True)["entries"]}
		self.assertEqual((found[payment]["amount"], found[payment]["currency"]), (400, "EUR"))
		self.assertEqual(found[invoice.name]["status"], "Partly Paid")
		frappe.get_doc("Quotation", quotation).cancel()
		found = {entry["name"]: entry for entry in self.page(deal=True)["entries"]}
		self.assertEqual(found[quotation]["status"], "Cancelled")

	def test_a_document_entered_later_stands_on_its_own_day(self) -> None:
		customer, self.profile = make_party()
		day = add_days(nowdate(), -40)
		ensure_fiscal_year(day)
		invoices = [make_sales("Sales Invoice", customer, posting_date=day).name for _number in range(3)]
		talk = self.interaction(get_datetime(f"{day} 10:00:00"))
		before = self.interaction(get_datetime(f"{add_days(day, -1)} 23:00:00"))
		shown = self.shown()
		self.assertEqual((shown[0], set(shown[1:4]), shown[4]), (talk, set(invoices), before))

	def test_many_documents_of_one_day_are_paged_without_loss(self) -> None:
		customer, self.profile = make_party()
		template = make_sales("Sales Invoice", customer).as_dict()
		template.pop("doctype")
		names = []
		for number in range(2 * PAGE_LENGTH + 5):
			day = f"2026-10-{1 + number % 2:02d}"
			values = {**template, "items": [], "taxes": [], "payment_schedule": [], "posting_date": day}
			names.append(put("Sales Invoice", **{**values, "name": f"TL-{frappe.generate_hash(length=10)}"}))
		found = [entry["name"] for entry in self.all_pages() if entry["name"].startswith("TL-")]
		self.assertEqual(sorted(found), sorted(names))

	def test_what_was_quoted_before_it_was_a_customer_stays(self) -> None:
		party = factories.make("Lead", lead_name=factories.unique("First"), company_name="First").name
		profile = frappe.db.get_value("Customer Profile", {"erpnext_lead": party})
		self.profile = profile or factories.make_profile(erpnext_lead=party).name
		to_party = {"quotation_to": "Lead", "party_name": party}
		quotation = make_sales("Quotation", "", **to_party).name
		self.assertEqual(self.shown(), [quotation])

	def test_an_organization_shows_its_people(self) -> None:
		people = [
			factories.make_profile(profile_type="Person", organization=self.profile, full_name=name).name
			for name in ("Ann Timeline", "Bob Timeline")
		]
		both = self.interaction(MORNING, *people, subject="Both came")
		one = self.interaction(MORNING + timedelta(hours=1), people[0], subject="Ann called")
		comment = self.comment(MORNING, "Customer Profile", people[1])
		shown = [name for name in self.shown() if name in (both, one, comment)]
		self.assertEqual(shown, [one, comment, both])
		self.assertEqual([name for name in self.shown(name=people[1])], [comment, both])
		named = {entry["name"]: entry["profile_name"] for entry in self.page()["entries"]}
		self.assertEqual(named[one], "Ann Timeline")

	def test_very_many_people_are_no_less_complete(self) -> None:
		names = []
		for number in range(70):
			values = {"full_name": f"P{number}", "profile_type": "Person", "organization": self.profile}
			person = put("Customer Profile", **values)
			names.append(self.interaction(MORNING + timedelta(minutes=number), person))
		found = [entry["name"] for entry in self.all_pages() if entry["kind"] == "interaction"]
		self.assertEqual(found, names[::-1])

	def test_follow_ups_stand_where_they_are_due_or_were_done(self) -> None:
		late = self.follow_up(add_days(MORNING, 5))
		done = self.follow_up(add_days(MORNING, 60), status="Done", completed_on=MORNING)
		cancelled = self.follow_up(add_days(MORNING, 1), status="Cancelled")
		self.assertEqual(self.shown(), [late, cancelled, done])

	def test_a_mail_shows_once(self) -> None:
		about = {"reference_doctype": "Deal", "reference_name": self.deal}
		free = self.mail(MORNING, ("Customer Profile", self.profile), **about)
		taken = self.mail(add_days(MORNING, 1), ("Customer Profile", self.profile), **about)
		spam = self.mail(MORNING, ("Customer Profile", self.profile), email_status="Spam")
		captured = self.interaction(add_days(MORNING, 1), source_doctype="Communication", source_name=taken)
		for searched in ({}, {"text": ""}, {"from": "2026-01-01"}):
			self.assertEqual(self.shown(**searched), [captured, free])
		self.assertEqual(self.shown(text="Mail"), [free])
		self.assertNotIn(spam, self.shown())

	def test_a_mail_about_several_deals_shows_on_each_once(self) -> None:
		other = factories.make_deal(customer_profile=self.profile).name
		links = [("Deal", self.deal), ("Deal", other), ("Customer Profile", self.profile)]
		mail = self.mail(MORNING, *links)
		captured = self.interaction(MORNING, source_doctype="Communication", source_name=mail, deal=self.deal)
		for first, second in (({}, {}), ({"text": "Talked"}, {"text": "Mail"})):
			self.assertEqual(self.shown(deal=True, **first), [captured])
			self.assertEqual(self.shown(deal=True, name=other, **second), [mail])
		self.assertEqual(self.shown(), [captured])

	def test_the_files_of_an_interaction_show_with_it(self) -> None:
		talked, plain = self.interaction(MORNING), self.interaction(add_days(MORNING, 1))
		about = {"attached_to_doctype": "Interaction", "attached_to_name": talked}
		url = f"/private/files/{talked}.jpg"
		put("File", file_name="photo.jpg", file_url=url, is_private=1, **about)
		shown = {entry["name"]: entry["files"] for entry in self.page()["entries"]}
		self.assertEqual((shown[talked], shown[plain]), ([{"name": "photo.jpg", "url": url}], []))

	def test_an_issue_shows_once(self) -> None:
		customer, self.profile = make_party()
		free, taken = (put("Issue", subject="Broken", customer=customer, status="Open") for _number in "12")
		captured = self.interaction(MORNING, source_doctype="Issue", source_name=taken)
		self.assertEqual(set(self.shown()), {free, captured})
		self.assertEqual(set(self.shown(groups=["tickets"])), {free, captured})

	def test_texts_are_plain(self) -> None:
		self.comment(content='<p>Hi <b>you</b></p><img src="x" onerror="alert(1)"><script>alert(1)</script>')
		(entry,) = [one for one in self.page()["entries"] if one["kind"] == "comment"]
		self.assertEqual(entry["body"], "Hi you")


class TestFilters(TimelineCase):
	def test_by_kind(self) -> None:
		talk, comment, promise = self.interaction(), self.comment(), self.follow_up()
		self.assertEqual(self.shown(groups=["interactions"]), [talk])
		self.assertEqual(set(self.shown(groups=["comments", "follow_ups"])), {comment, promise})
		kinds = {entry["kind"] for entry in self.page(groups=["stages"])["entries"]}
		self.assertEqual(kinds, {"stage"})

	def test_by_person(self) -> None:
		me = self.interaction(interaction_owner="Administrator")
		self.interaction(interaction_owner="Guest")
		mine = self.follow_up(assigned_to="Administrator")
		self.follow_up(assigned_to="Guest")
		groups = ["interactions", "follow_ups"]
		self.assertEqual(set(self.shown(who="Administrator", groups=groups)), {me, mine})

	def test_by_days_both_included(self) -> None:
		for day in (1, 2, 3, 4):
			self.interaction(get_datetime(f"2026-11-{day:02d} 23:59:59.5"))
		found = self.page(groups=["interactions"], **{"from": "2026-11-02", "to": "2026-11-03"})["entries"]
		self.assertEqual([entry["at"][:10] for entry in found], ["2026-11-03", "2026-11-02"])

	def test_documents_by_days(self) -> None:
		customer, self.profile = make_party()
		ensure_fiscal_year("2026-09-02")
		names = [
			make_sales("Sales Invoice", customer, posting_date=f"2026-09-{day:02d}").name for day in (1, 2, 3)
		]
		self.assertEqual(self.shown(**{"from": "2026-09-02", "to": "2026-09-02"}), [names[1]])

	def test_by_text_that_means_itself(self) -> None:
		talk = self.interaction(subject="50% off_the list")
		self.interaction(subject="500 off-the list")
		comment = self.comment(content="<p>about 50% off_the</p>")
		self.assertEqual(set(self.shown(text="50% off_")), {talk, comment})
		self.assertEqual(self.shown(text="no such words"), [])

	def test_what_makes_no_sense_is_refused_in_a_sentence(self) -> None:
		for filters in (
			{"groups": ["secrets"]},
			{"groups": "secrets"},
			{"from": "yesterday"},
			{"from": "2026-11-03", "to": "2026-11-02"},
		):
			with self.subTest(filters), self.assertRaises(frappe.ValidationError):
				self.page(**filters)
		for after in (["only one"], ["x", "comment", "y"], [str(MORNING), "secrets", "y"], '["a"'):
			with self.subTest(after=after), self.assertRaises(frappe.ValidationError):
				self.page(after)
		with self.assertRaises(frappe.ValidationError):
			self.page(name="gone")
