"""A profile's Contact and Address records: Frappe's own, linked to the profile and to its ERPNext Customer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe.query_builder import Order

from crm_plus.rules import contact_points
from crm_plus.setup.compatibility import PROFILE_FIELDS
from crm_plus.workflows.profiles import phone_country

PROFILE = "Customer Profile"
MAX_CONTACT_NAME = 110
WATCHED = ("email", "phone", "full_name", "job_title")


def links_of(profile: Any) -> list[tuple[str, str]]:
	"""Return (DocType, name) of the profile and of every ERPNext record it stands for."""
	parties = [(doctype, profile.get(fieldname)) for doctype, fieldname in PROFILE_FIELDS.items()]
	return [(PROFILE, profile.name), *((doctype, name) for doctype, name in parties if name)]


def lasting_links_of(profile: Any) -> list[tuple[str, str]]:
	"""Return (DocType, name) of what a Contact of the profile is linked to: the profile and its Customer."""
	return [link for link in links_of(profile) if link[0] in (PROFILE, "Customer")]


def contact_of(profile: Any) -> str | None:
	"""Return the one Contact that carries the profile's e-mail and phone: the primary one, else the oldest."""
	link, contact = frappe.qb.DocType("Dynamic Link"), frappe.qb.DocType("Contact")
	is_linked = [
		(link.link_doctype == doctype) & (link.link_name == name)
		for doctype, name in links_of(profile)
		if name
	]
	query = (
		frappe.qb.from_(link)
		.join(contact)
		.on((contact.name == link.parent) & (link.parenttype == "Contact"))
		.select(contact.name)
		.where(frappe.query_builder.Criterion.any(is_linked))
		.orderby(contact.is_primary_contact, order=Order.desc)
		.orderby(contact.creation)
		.orderby(contact.name)
		.limit(1)
	)
	found = query.run()
	return found[0][0] if found else None


def keep_contact(profile: Any) -> None:
	"""After a profile is saved: create or update its one Contact, and link it to the ERPNext Customer.

	An e-mail or a phone that a person clears on the profile goes from the Contact too; other empty fields take nothing away.
	"""
	if not _has_news(profile):
		return
	name = contact_of(profile) or _unclaimed_contact(profile.email)
	if not name and not (profile.email or profile.phone):
		return
	contact = frappe.get_doc("Contact", name) if name else _new_contact(profile)
	changed = [
		_set_name(contact, profile),
		_set_email(contact, profile.email) or _drop_email(contact, _cleared(profile, "email")),
		_set_phone(contact, profile.phone) or _drop_phone(contact, _cleared(profile, "phone")),
	]
	changed.append(link_to(contact, lasting_links_of(profile)))
	if any(changed) or contact.is_new():
		contact.flags.crm_plus_quiet = True
		# safe: who may save the profile may change the e-mail and phone that it shows
		contact.save(ignore_permissions=True)
	show_on_customer(profile, contact)


def show_contact_on_customer(profile: Any) -> None:
	"""Show the profile's Contact on a Customer that it was just linked to, where that has none."""
	name = contact_of(profile)
	if name:
		contact = frappe.get_doc("Contact", name)
		if link_to(contact, lasting_links_of(profile)):
			contact.flags.crm_plus_quiet = True
			# safe: only links to the records of the same customer are added
			contact.save(ignore_permissions=True)
		show_on_customer(profile, contact)


def _has_news(profile: Any) -> bool:
	if profile.flags.crm_plus_source and profile.flags.crm_plus_source[0] == "Contact":
		return False
	return any(profile.has_value_changed(name) for name in (*WATCHED, *PROFILE_FIELDS.values()))


def _unclaimed_contact(email: str | None) -> str | None:
	"""Return a Contact with this e-mail that belongs to nobody yet, such as one made from an incoming mail."""
	if not email:
		return None
	names = frappe.get_all(
		"Contact Email", filters={"email_id": email, "parenttype": "Contact"}, pluck="parent"
	)
	linked = frappe.get_all(
		"Dynamic Link", filters={"parenttype": "Contact", "parent": ["in", names or [""]]}, pluck="parent"
	)
	free = sorted(set(names) - set(linked))
	return free[0] if free else None


def _new_contact(profile: Any) -> Any:
	contact = frappe.new_doc("Contact")
	contact.is_primary_contact = 1
	if profile.profile_type == "Organization":
		contact.company_name = name_for_contact(profile.full_name)
	return contact


def _set_name(contact: Any, profile: Any) -> bool:
	"""Give a person's Contact the person's name and title; an organization's Contact is somebody else."""
	if profile.profile_type != "Person":
		return False
	values: dict[str, Any] = {}
	wanted = name_for_contact(profile.full_name)
	if " ".join(filter(None, _name_parts(contact))) != wanted:
		values.update(zip(("first_name", "middle_name", "last_name"), split_name(wanted), strict=True))
	if profile.job_title and contact.designation != profile.job_title:
		values["designation"] = profile.job_title
	contact.update(values)
	return bool(values)


def name_for_contact(full_name: str) -> str:
	"""Return a name that Frappe takes into a Contact's key, which has no angle brackets and holds the profile's key too."""
	return " ".join(full_name.replace("<", " ").replace(">", " ").split())[:MAX_CONTACT_NAME].strip() or "?"


def _name_parts(contact: Any) -> tuple[str, str, str]:
	return contact.first_name, contact.middle_name, contact.last_name


def split_name(full_name: str) -> tuple[str, str, str]:
	"""Split a name into first, middle and last, as ERPNext does."""
	first, *rest = full_name.split() or [""]
	return first, " ".join(rest[:-1]), rest[-1] if rest else ""


def _set_email(contact: Any, email: str | None) -> bool:
	if not email or contact_points.normal_email(contact.email_id) == email:
		return False
	rows = [row for row in contact.email_ids if contact_points.normal_email(row.email_id) == email]
	row = rows[0] if rows else contact.append("email_ids", {"email_id": email})
	for other in contact.email_ids:
		other.is_primary = int(other is row)
	return True


def _set_phone(contact: Any, phone: str | None) -> bool:
	if not phone or same_number(contact.mobile_no or contact.phone, phone):
		return False
	rows = [row for row in contact.phone_nos if same_number(row.phone, phone)]
	row = rows[0] if rows else contact.append("phone_nos", {"phone": phone})
	for other in contact.phone_nos:
		other.is_primary_mobile_no = int(other is row)
	return True


def _cleared(profile: Any, fieldname: str) -> str | None:
	"""Return what a person has emptied on the profile; None where something stands there, or a record emptied it."""
	before = profile.get_doc_before_save()
	if not before or profile.get(fieldname) or profile.flags.crm_plus_source:
		return None
	return before.get(fieldname)


def _drop_email(contact: Any, email: str | None) -> bool:
	return _drop(contact, "email_ids", lambda row: contact_points.normal_email(row.email_id) == email, email)


def _drop_phone(contact: Any, phone: str | None) -> bool:
	return _drop(contact, "phone_nos", lambda row: same_number(row.phone, phone), phone)


def _drop(contact: Any, table: str, is_it: Callable[[Any], bool], value: str | None) -> bool:
	"""Remove the rows that say a value; tells whether there were any."""
	gone = [row for row in contact.get(table) if value and is_it(row)]
	for row in gone:
		contact.remove(row)
	return bool(gone)


def same_number(one: str | None, other: str | None) -> bool:
	"""Tell whether two spellings are one number, a country prefix left out counting as the site's own."""
	country = phone_country()
	keys = [contact_points.e164(text, country) or contact_points.digits(text) for text in (one, other)]
	return bool(keys[0]) and keys[0] == keys[1]


def link_to(document: Any, links: list[tuple[str, str]]) -> bool:
	"""Add the missing links to a Contact or Address; tells whether there were any."""
	present = {(row.link_doctype, row.link_name) for row in document.links}
	missing = [link for link in links if link not in present]
	for doctype, name in missing:
		document.append("links", {"link_doctype": doctype, "link_name": name})
	return bool(missing)


def show_on_customer(profile: Any, contact: Any) -> None:
	"""Show the Contact on the Customer as ERPNext does it itself: as primary contact where there is none."""
	if not profile.erpnext_customer:
		return
	shown = frappe.db.get_value(
		"Customer",
		profile.erpnext_customer,
		["customer_primary_contact", "email_id", "mobile_no"],
		as_dict=True,
	)
	if not shown or shown.customer_primary_contact not in (None, "", contact.name):
		return
	values = {
		"customer_primary_contact": contact.name,
		"email_id": contact.email_id or None,
		"mobile_no": contact.mobile_no or None,
	}
	if any((shown[name] or None) != value for name, value in values.items()):
		frappe.db.set_value("Customer", profile.erpnext_customer, values)


def link_everything_to_customer(profile: Any) -> None:
	"""Link all Contacts and Addresses of a profile to its Customer as well, so that ERPNext's documents offer them."""
	rows = frappe.get_all(
		"Dynamic Link",
		filters={
			"link_doctype": PROFILE,
			"link_name": profile.name,
			"parenttype": ["in", ["Contact", "Address"]],
		},
		fields=["parent", "parenttype"],
	)
	for row in rows:
		document = frappe.get_doc(row.parenttype, row.parent)
		if link_to(document, [("Customer", profile.erpnext_customer)]):
			document.flags.crm_plus_quiet = True
			# safe: only the link to the same customer's accounting record is added
			document.save(ignore_permissions=True)


def link_across(document: Any) -> None:
	"""Give a Contact or Address of a Customer the link to its profile, and the other way round. Writes nothing else.

	A link that this very save takes away stays away.
	"""
	before = document.get_doc_before_save()
	removed = _links_in(before) - _links_in(document) if before else set()
	for doctype, name in _links_in(document):
		if doctype == "Customer":
			profile = frappe.db.get_value(PROFILE, {"erpnext_customer": name}, ["name", "full_name"])
			_add_link(document, PROFILE, profile, removed)
		elif doctype == PROFILE:
			customer = frappe.db.get_value(PROFILE, name, ["erpnext_customer", "full_name"])
			_add_link(document, "Customer", customer, removed)


def _links_in(document: Any) -> set[tuple[str, str]]:
	return {(row.link_doctype, row.link_name) for row in document.links or []}


def _add_link(
	document: Any, doctype: str, found: tuple[str, str] | None, removed: set[tuple[str, str]]
) -> None:
	if not found or not found[0] or (doctype, found[0]) in removed | _links_in(document):
		return
	document.append("links", {"link_doctype": doctype, "link_name": found[0], "link_title": found[1]})


@contextmanager
def as_source(profile: Any, doctype: str, name: str) -> Iterator[None]:
	"""Save a profile on behalf of another record, which is then not written back to."""
	profile.flags.crm_plus_source = (doctype, name)
	try:
		yield
	finally:
		profile.flags.crm_plus_source = None
