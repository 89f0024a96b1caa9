"""One message for all that a user is to hear through a channel at a time: its words, and the road it takes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.utils import format_date, format_datetime, get_url_to_form

from crm_plus.channels import email, in_app, sms, whatsapp
from crm_plus.channels.message import Line, Message
from crm_plus.rules import contact_points, zones
from crm_plus.rules.deliveries import Delivery
from crm_plus.rules.notices import DAY, EMAIL, EVENTS, IN_APP, NEWS, SMS, TEAM, WHATSAPP
from crm_plus.workflows import occasion_owners, profiles, site_clock

ROADS = {IN_APP: in_app.deliver, EMAIL: email.deliver, SMS: sms.deliver, WHATSAPP: whatsapp.deliver}


def available() -> frozenset[str]:
	"""Return the channels that this site has: what it has no account or gateway for is not even planned."""
	has_mail = frappe.db.exists("Email Account", {"enable_outgoing": 1}) or frappe.conf.get("mail_server")
	found = {IN_APP: True, EMAIL: has_mail, SMS: sms.is_set_up(), WHATSAPP: whatsapp.is_set_up()}
	return frozenset(channel for channel, there in found.items() if there)


def send(receiver: tuple[str, str], due: Sequence[Delivery]) -> tuple[str, str] | None:
	"""Put one message on its way; returns the DocType and name of what carries it, None where nothing on this site does.

	Raises what channels.outcome names.
	"""
	user, channel = receiver
	person = frappe.db.get_value(
		"User", user, ["name", "email", "mobile_no", "time_zone", "language"], as_dict=True
	)
	person.international_no = contact_points.e164(person.mobile_no, profiles.phone_country())
	with _language(person.language):
		lines = [_line(one, person) for one in due]
		return ROADS[channel](person, Message(title(lines), lines))


def title(lines: Sequence[Line]) -> str:
	"""Return what a message is about: its only line, or how many there are."""
	if len(lines) == 1:
		return lines[0].text
	return str(_("{0} things to know").format(len(lines)))


@contextmanager
def _language(name: str | None) -> Iterator[None]:
	before = frappe.local.lang
	frappe.local.lang = name or frappe.db.get_single_value("System Settings", "language") or before
	try:
		yield
	finally:
		frappe.local.lang = before


def _line(one: Delivery, person: Any) -> Line:
	text = words(one.event, one.subject or frappe.utils.escape_html(one.name), one.stamp, person.time_zone)
	doctype, name = _leads_to(one)
	return Line(text, doctype, name, get_url_to_form(doctype, name))


def _leads_to(one: Delivery) -> tuple[str, str]:
	"""Return the document that a line leads to: the one that it is about, or what its reader may open instead."""
	if one.doctype not in occasion_owners.OF_CUSTOMERS:
		return one.doctype, one.name
	return occasion_owners.readable_document(one.doctype, one.name, one.user) or (one.doctype, one.name)


def words(event: str, subject: str, stamp: str, zone: str | None) -> str:
	"""Return the sentence (HTML) for an event: news bring their own, the others say what and when."""
	kind = EVENTS[event].kind if event in EVENTS else NEWS
	if kind == NEWS:
		return subject
	when = format_date(stamp) if kind == DAY else format_datetime(_on_clock(stamp, zone))
	return str(_sentences()[event.removeprefix(TEAM)].format(subject, when))


def _sentences() -> dict[str, str]:
	return {
		"follow_up_due": _("{0} is to be done by {1}"),
		"meeting": _("{0} begins at {1}"),
		"close_date": _("{0} is expected to close on {1}"),
		"deal_rotten": _("{0} has stayed in its stage for too long"),
		"quotation_expiring": _("{0} is valid until {1} only"),
		"birthday": _("{0} has a birthday on {1}"),
		"contract_ending": _("{0} ends on {1}"),
		"invoice_overdue": _("{0} was to be paid by {1}"),
	}


def _on_clock(stamp: str, zone: str | None) -> datetime:
	"""Return what the receiver's clock shows when the site's shows what stands in a stamp."""
	at = site_clock.moment(stamp)
	return zones.reading(at, zone) if zone else site_clock.stored(at)
