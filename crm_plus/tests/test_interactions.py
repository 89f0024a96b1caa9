"""An interaction keeps itself in order, and customers and deals know when they were last spoken to."""

import frappe
from frappe.utils import add_to_date, get_datetime, now_datetime
from frappe.website.doctype.web_form.web_form import accept

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_interactions import make_interaction, make_person, profiles_of
from crm_plus.workflows import interaction_times


class TestInteraction(CRMPlusTestCase):
	def test_defaults(self) -> None:
		deal = factories.make_deal()
		made = frappe.get_doc(
			{"doctype": "Interaction", "interaction_type": "Support", "deal": deal.name}
		).insert()
		self.assertEqual(made.customer_profile, deal.customer_profile)
		self.assertEqual((made.status, made.subject), ("Done", "Support"))
		self.assertEqual(made.interaction_owner, "Administrator")
		self.assertLess(abs((get_datetime(made.starts_on) - now_datetime()).total_seconds()), 60)

	def test_the_type_says_the_usual_direction(self) -> None:
		made = make_interaction(interaction_type="Support", direction=None)
		self.assertEqual(made.direction, "Incoming")
		for given in ({}, {"direction": None}):
			self.assertEqual(make_interaction(interaction_type="Call", **given).direction, "Outgoing")
		self.assertEqual(
			make_interaction(interaction_type="Call", direction="Incoming").direction, "Incoming"
		)

	def test_the_customer_is_always_among_the_participants_with_the_time(self) -> None:
		first, second = factories.make_profile().name, factories.make_profile().name
		made = make_interaction(customer_profile=first)
		made.append("participants", {"customer_profile": second})
		made.append("participants", {"customer_profile": second})
		made.append("participants", {"full_name": "Somebody without an e-mail"})
		made.save()
		self.assertEqual(profiles_of(made), {first, second})
		self.assertEqual(len(made.participants), 3)
		made.starts_on = "2026-01-02 10:00:00"
		made.customer_profile = factories.make_profile().name
		made.save().reload()
		self.assertEqual(profiles_of(made), {made.customer_profile, second})
		self.assertEqual({str(row.happened_on) for row in made.participants}, {"2026-01-02 10:00:00"})

	def test_bad_values_get_one_sentence(self) -> None:
		deal, stranger = factories.make_deal().name, factories.make_profile().name
		far = add_to_date(now_datetime(), days=3)
		for values, words in (
			({"starts_on": "1900-01-01 10:00:00"}, "between the years"),
			({"starts_on": "2999-01-01 10:00:00", "status": "Planned"}, "between the years"),
			({"starts_on": "yesterday"}, "date"),
			({"starts_on": far, "status": "Done"}, "Planned"),
			({"customer_profile": stranger, "deal": deal}, "another customer"),
			({"outcome": "Wrong Number", "interaction_type": "Meeting"}, "no outcome of the type"),
			({"outcome": "nonsense"}, "nonsense"),
			({"interaction_type": "nonsense"}, "nonsense"),
			({"customer_profile": "nobody"}, "nobody"),
			({"customer_profile": None}, "customer"),
			({"duration": -5}, "duration"),
			({"subject": ["a"]}, "one value"),
		):
			with self.subTest(values), self.assertRaises(frappe.ValidationError) as refused:
				make_interaction(**{"customer_profile": stranger, **values})
			self.assertIn(words, str(refused.exception))

	def test_people_of_an_organization_share_its_deals(self) -> None:
		organization = factories.make_profile().name
		person = make_person(organization=organization).name
		deal = factories.make_deal(customer_profile=organization).name
		self.assertTrue(make_interaction(customer_profile=person, deal=deal).name)

	def test_mentions_reach_the_colleague_once(self) -> None:
		user = factories.make_user("Sales User").name
		frappe.db.set_value("User", user, "allowed_in_mentions", 1)
		summary = f'<div><span class="mention" data-id="{user}" data-value="X">@X</span> look</div>'
		made = make_interaction(summary=summary)
		self.commit()
		where = {"for_user": user, "document_name": made.name, "type": "Mention"}
		self.assertEqual(frappe.db.count("Notification Log", where), 1)
		made.summary += "<p>more</p>"
		made.save()
		self.commit()
		self.assertEqual(frappe.db.count("Notification Log", where), 1)


class TestLastInteraction(CRMPlusTestCase):
	def last(self, doctype: str, name: str) -> str:
		return str(frappe.db.get_value(doctype, name, "last_interaction_on"))

	def test_it_follows_what_is_done_changed_and_deleted(self) -> None:
		deal = factories.make_deal()
		old = make_interaction(deal=deal.name, starts_on="2026-01-01 10:00:00")
		new = make_interaction(deal=deal.name, starts_on="2026-02-01 10:00:00")
		make_interaction(deal=deal.name, starts_on="2026-03-01 10:00:00", status="Cancelled")
		self.commit()
		for doctype, name in (("Deal", deal.name), ("Customer Profile", deal.customer_profile)):
			self.assertEqual(self.last(doctype, name), "2026-02-01 10:00:00")
		new.status = "No Show"
		new.save()
		self.commit()
		self.assertEqual(self.last("Deal", deal.name), "2026-01-01 10:00:00")
		frappe.delete_doc("Interaction", old.name)
		self.commit()
		self.assertEqual(self.last("Deal", deal.name), "None")
		self.assertEqual(self.last("Customer Profile", deal.customer_profile), "None")

	def test_relinking_is_followed_on_both_sides(self) -> None:
		first, second = factories.make_deal(), factories.make_deal()
		made = make_interaction(deal=first.name, starts_on="2026-01-01 10:00:00")
		self.commit()
		made.update({"deal": second.name, "customer_profile": second.customer_profile})
		made.save()
		self.commit()
		self.assertEqual(self.last("Deal", first.name), "None")
		self.assertEqual(self.last("Customer Profile", first.customer_profile), "None")
		self.assertEqual(self.last("Deal", second.name), "2026-01-01 10:00:00")

	def test_many_together_are_brought_in_step_once_at_the_end(self) -> None:
		deals = [factories.make_deal() for _ in range(3)]
		with interaction_times.together():
			for deal in deals:
				make_interaction(deal=deal.name, starts_on="2026-01-01 10:00:00")
				self.commit()
			self.assertEqual(self.last("Deal", deals[0].name), "None")
		for deal in deals:
			self.assertEqual(self.last("Deal", deal.name), "2026-01-01 10:00:00")
			self.assertEqual(self.last("Customer Profile", deal.customer_profile), "2026-01-01 10:00:00")

	def test_an_organization_was_spoken_to_with_its_people(self) -> None:
		organization = factories.make_profile().name
		person = make_person(organization=organization).name
		make_interaction(customer_profile=person, starts_on="2026-01-01 10:00:00")
		self.commit()
		self.assertEqual(self.last("Customer Profile", organization), "2026-01-01 10:00:00")

	def test_a_form_that_was_open_before_the_call_does_not_undo_it(self) -> None:
		deal = factories.make_deal()
		self.commit()
		form, profile = (
			frappe.get_doc("Deal", deal.name),
			frappe.get_doc("Customer Profile", deal.customer_profile),
		)
		make_interaction(deal=deal.name, starts_on="2026-01-01 10:00:00")
		self.commit()
		form.title = "Another title"
		form.save()
		profile.job_title = "Buyer"
		profile.save()
		self.commit()
		self.assertEqual(self.last("Deal", deal.name), "2026-01-01 10:00:00")
		self.assertEqual(self.last("Customer Profile", profile.name), "2026-01-01 10:00:00")


class TestDeletion(CRMPlusTestCase):
	def test_a_deal_leaves_its_interactions_to_its_customer(self) -> None:
		deal = factories.make_deal()
		made = make_interaction(deal=deal.name)
		self.commit()
		frappe.delete_doc("Deal", deal.name)
		made.reload()
		self.assertEqual((made.deal, made.customer_profile), (None, deal.customer_profile))

	def test_a_contact_goes_and_who_took_part_is_still_said(self) -> None:
		person = make_person()
		contact = frappe.db.get_value("Contact", {"email_id": person.email})
		made = make_interaction(customer_profile=person.name, contact=contact)
		made.append(
			"participants", {"contact": contact, "email": person.email, "customer_profile": person.name}
		)
		made.save()
		frappe.delete_doc("Contact", contact)
		made.reload()
		self.assertIsNone(made.contact)
		self.assertIn(person.email, [row.email for row in made.participants])

	def test_a_profile_is_taken_off_the_interactions_of_others_and_kept_by_its_own(self) -> None:
		one, other = factories.make_profile().name, factories.make_profile().name
		made = make_interaction(customer_profile=one)
		made.append("participants", {"customer_profile": other})
		made.save()
		frappe.delete_doc("Customer Profile", other)
		self.assertEqual(profiles_of(made.reload()), {one})
		with self.assertRaises(frappe.LinkExistsError):
			frappe.delete_doc("Customer Profile", one)


class TestWebForms(CRMPlusTestCase):
	def test_what_a_visitor_sends_is_an_interaction(self) -> None:
		form = frappe.get_doc(
			{
				"doctype": "Web Form",
				"title": factories.unique("Ask us"),
				"route": frappe.generate_hash(length=10),
				"doc_type": "Customer Profile",
				"module": "CRM Plus",
				"published": 1,
				"login_required": 0,
				"web_form_fields": [{"fieldname": "full_name", "fieldtype": "Data", "label": "Name"}],
			}
		)
		form.insert(ignore_permissions=True)
		name = factories.unique("Visitor")
		try:
			made = accept(
				web_form=form.name, data=frappe.as_json({"full_name": name, "doctype": "Customer Profile"})
			)
		finally:
			frappe.flags.in_web_form = False
		found = frappe.get_all(
			"Interaction", {"customer_profile": made.name}, ["direction", "subject", "source_name"]
		)
		self.assertEqual(len(found), 1)
		self.assertEqual((found[0].direction, found[0].source_name), ("Incoming", made.name))
		self.assertIn(name, found[0].subject)
