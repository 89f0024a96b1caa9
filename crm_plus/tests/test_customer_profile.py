"""What a profile accepts, what it refuses, its keys, its Contact, and the warning about its twins."""

import frappe

from crm_plus.api import profiles as api
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories import make, make_customer, make_profile, make_user, unique
from crm_plus.tests.factories_customers import contacts_of, email, make_person, phone, use_settings


def messages() -> str:
	return " ".join(str(message) for message in frappe.get_message_log())


class TestProfileRules(CRMPlusTestCase):
	def test_a_person_belongs_to_an_organization_only(self) -> None:
		person = make_person()
		with self.assertRaisesRegex(frappe.ValidationError, "is a person"):
			make_person(organization=person.name)

	def test_nothing_belongs_to_itself(self) -> None:
		person = make_person()
		person.organization = person.name
		with self.assertRaisesRegex(frappe.ValidationError, "cannot belong to itself"):
			person.save()

	def test_an_organization_belongs_to_nobody(self) -> None:
		with self.assertRaisesRegex(frappe.ValidationError, "only a person can"):
			make_profile(organization=make_person().name)

	def test_an_organization_with_people_does_not_become_a_person(self) -> None:
		organization = make_profile()
		make_person(organization=organization.name)
		organization.profile_type = "Person"
		with self.assertRaisesRegex(frappe.ValidationError, "must stay an organization"):
			organization.save()

	def test_a_customer_has_one_profile_and_the_refusal_names_it(self) -> None:
		customer = make_customer().name
		owner = frappe.get_doc("Customer Profile", {"erpnext_customer": customer})
		with self.assertRaises(frappe.ValidationError) as refused:
			make(
				"Customer Profile",
				full_name=unique("Second"),
				profile_type="Organization",
				erpnext_customer=customer,
			)
		self.assertIn(owner.name, str(refused.exception))

	def test_a_name_of_5000_characters_is_refused_in_a_short_sentence(self) -> None:
		with self.assertRaises(frappe.ValidationError) as refused:
			make_profile(full_name="x" * 5000)
		self.assertLess(len(str(refused.exception)), 200)

	def test_names_in_every_script_are_kept(self) -> None:
		for name in ("😀 Team", "شركة النور", "नमस्ते ट्रेडर्स", "株式会社アクメ"):
			profile = make_profile(full_name=f"{name} {frappe.generate_hash(length=8)}")
			profile.reload()
			self.assertTrue(profile.full_name.startswith(name))
			self.assertTrue(profile.name_key)

	def test_script_in_a_name_is_never_shown_as_html(self) -> None:
		evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
		address = email()
		make_profile(full_name=f"{evil} {frappe.generate_hash(length=6)}", email=address)
		frappe.clear_messages()
		make_profile(email=address)
		self.assertIn("may be the same", messages())
		self.assertNotIn("<img", messages())
		self.assertNotIn("<script", messages())

	def test_the_longest_name_gets_its_contact(self) -> None:
		person = make_person(full_name=("Ada " * 34 + "Love")[:140], email=email())
		self.assertEqual(len(person.full_name), 140)
		self.assertEqual(len(contacts_of("Customer Profile", person.name)), 1)

	def test_keys(self) -> None:
		use_settings(default_phone_country="India")
		profile = make_profile(
			full_name="Müller & Söhne GmbH", email=" Info@Example.COM ", phone="09876543210"
		)
		self.assertEqual(profile.name_key, "muller sohne")
		self.assertEqual(profile.email, "info@example.com")
		self.assertEqual((profile.phone_e164, profile.phone_reversed), ("+919876543210", "012345678919"))

	def test_deleting_takes_its_history_and_own_contact_along(self) -> None:
		person = make_person(email=email())
		contact = contacts_of("Customer Profile", person.name)[0]
		person.delete()
		self.assertFalse(frappe.db.exists("Contact", contact))
		self.assertFalse(frappe.db.exists("Stage Change", {"reference_name": person.name}))


class TestContact(CRMPlusTestCase):
	def test_email_and_phone_make_exactly_one_contact(self) -> None:
		address, number = email(), phone()
		person = make_person(email=address, phone=number)
		person.job_title = "Head of Engines"
		person.save()
		contacts = contacts_of("Customer Profile", person.name)
		self.assertEqual(len(contacts), 1)
		contact = frappe.get_doc("Contact", contacts[0])
		self.assertEqual((contact.email_id, contact.mobile_no), (address, number))
		self.assertEqual((contact.first_name, contact.designation), ("Ada", "Head of Engines"))

	def test_a_changed_email_is_added_and_the_old_one_kept(self) -> None:
		old, new = email(), email()
		person = make_person(email=old)
		person.email = new
		person.save()
		contact = frappe.get_doc("Contact", contacts_of("Customer Profile", person.name)[0])
		self.assertEqual(contact.email_id, new)
		self.assertEqual({row.email_id for row in contact.email_ids}, {old, new})

	def test_another_spelling_of_the_number_adds_nothing(self) -> None:
		person = make_person(phone="+49 30 901820")
		person.phone = "+49 (30) 90 18 20"
		person.save()
		contact = frappe.get_doc("Contact", contacts_of("Customer Profile", person.name)[0])
		self.assertEqual(len(contact.phone_nos), 1)

	def test_without_email_and_phone_there_is_no_contact(self) -> None:
		self.assertEqual(contacts_of("Customer Profile", make_person().name), [])

	def test_a_contact_that_belongs_to_nobody_is_taken(self) -> None:
		address = email()
		waiting = make("Contact", first_name="Ada", email_ids=[{"email_id": address, "is_primary": 1}])
		person = make_person(email=address)
		self.assertEqual(contacts_of("Customer Profile", person.name), [waiting.name])

	def test_the_form_shows_contacts_and_addresses(self) -> None:
		person = make_person(email=email())
		make(
			"Address",
			address_title=unique("Home"),
			address_line1="1 Street",
			city="Berlin",
			country="Germany",
			links=[{"link_doctype": "Customer Profile", "link_name": person.name}],
		)
		person.run_method("onload")
		self.assertEqual(len(person.get_onload("contact_list")), 1)
		self.assertEqual(len(person.get_onload("addr_list")), 1)


class TestTwins(CRMPlusTestCase):
	def twins(self, **typed) -> list[dict]:
		return api.find_duplicates(**typed)

	def test_same_phone_in_another_spelling(self) -> None:
		use_settings(default_phone_country="India")
		number = "9" + phone()[-9:]
		first = make_profile(phone=f"+91 {number[:5]}-{number[5:]}")
		self.assertEqual([twin["name"] for twin in self.twins(phone=f"0{number}")], [first.name])

	def test_same_phone_where_the_country_was_guessed_wrong(self) -> None:
		number = "9" + phone()[-9:]
		first = make_profile(phone=f"+91 {number[:5]}-{number[5:]}")
		self.assertEqual([twin["name"] for twin in self.twins(phone=f"0{number}")], [first.name])

	def test_same_name_but_for_the_legal_form(self) -> None:
		name = unique("ACME")
		first = make_profile(full_name=f"{name} Ltd.")
		found = self.twins(full_name=f"{name.title()} Limited")
		self.assertEqual([(twin["name"], twin["reasons"]) for twin in found], [(first.name, ["name"])])

	def test_a_slip_of_the_pen_in_the_same_territory_only(self) -> None:
		territory = make("Territory", territory_name=unique("North"), parent_territory="All Territories").name
		other = make("Territory", territory_name=unique("South"), parent_territory="All Territories").name
		name = f"Zimmermann Werkzeugbau {frappe.generate_hash(length=4)}"
		first = make_profile(full_name=name, territory=territory)
		slip = name.replace("Werkzeugbau", "Werkzugbau")
		self.assertEqual(
			[twin["name"] for twin in self.twins(full_name=slip, territory=territory)], [first.name]
		)
		self.assertEqual(self.twins(full_name=slip, territory=other), [])

	def test_a_person_is_no_twin_of_the_own_organization(self) -> None:
		number = phone()
		organization = make_profile(phone=number)
		frappe.clear_messages()
		make_person(phone=number, organization=organization.name)
		self.assertEqual(messages(), "")

	def test_saving_warns_and_does_not_refuse(self) -> None:
		address = email()
		first = make_profile(email=address)
		frappe.clear_messages()
		second = make_profile(email=address)
		self.assertTrue(second.name)
		self.assertIn(first.name, messages())
		frappe.clear_messages()
		second.notes = "nothing that tells who it is"
		second.save()
		self.assertEqual(messages(), "")

	def test_of_a_hidden_twin_only_its_owner_is_named(self) -> None:
		address = email()
		owner = make_user("Sales User")
		hidden = make_profile(email=address, profile_owner=owner.name, territory="All Territories")
		open_territory = make(
			"Territory", territory_name=unique("Open"), parent_territory="All Territories"
		).name
		reader = make_user("Sales User")
		make("User Permission", user=reader.name, allow="Territory", for_value=open_territory)
		with self.as_user(reader.name):
			twins = self.twins(email=address)
		self.assertEqual([set(twin) for twin in twins], [{"may_open", "owner_name", "html"}])
		self.assertIn(owner.first_name, twins[0]["html"])
		self.assertNotIn(hidden.full_name, str(twins))
		self.assertNotIn(hidden.name, str(twins))

	def test_who_may_not_write_profiles_may_not_ask(self) -> None:
		with self.as_user(make_user("Accounts User").name), self.assertRaises(frappe.PermissionError):
			self.twins(email=email())


class TestImport(CRMPlusTestCase):
	def test_duplicates_are_listed_before_anything_is_written(self) -> None:
		address, name = email(), unique("Acme")
		first = make_profile(email=address)
		lines = ["Profile Type,Full Name,E-mail", f"Organization,{unique('Other')},{address}"]
		lines += [
			f"Organization,{name} Ltd,",
			f"Organization,{name} Limited,",
			f"Organization,{unique('Quite new')},",
		]
		file = make(
			"File", file_name=f"{frappe.generate_hash(length=8)}.csv", content="\n".join(lines), is_private=1
		)
		data_import = make(
			"Data Import", reference_doctype="Customer Profile", import_type="Insert New Records"
		)
		before = frappe.db.count("Customer Profile")
		frappe.clear_messages()
		data_import.import_file = file.file_url
		data_import.save()
		self.assertEqual(frappe.db.count("Customer Profile"), before)
		self.assertIn("Row 2: <a href", messages())
		self.assertIn(first.name, messages())
		self.assertIn("Row 4: the same as row 3", messages())
		self.assertNotIn("Row 5", messages())
