"""What the timeline on the forms of Deal and Customer Profile asks for."""

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from crm_plus.access.records import record
from crm_plus.access.remembered import remembering
from crm_plus.api import arguments
from crm_plus.reports import timeline, timeline_mail
from crm_plus.reports.timeline_query import Window
from crm_plus.rules.plain_values import as_day, as_moment
from crm_plus.rules.timeline import KINDS, Place, kinds_of

RECORDS = ("Deal", "Customer Profile")
TEXT_LENGTH = 140


@frappe.whitelist(methods=["GET"])
def entries(
	doctype: str,
	name: str,
	filters: str | dict[str, Any] | None = None,
	after: str | list[Any] | None = None,
) -> dict[str, Any]:
	"""The next 30 entries of a deal's or a customer's timeline behind `after`, the `next` of the page before.

	`filters`: `groups` (a list), `who` (a user), `from` and `to` (days, both included), `text`. A page may be shorter
	and not be the last: that one's `next` is None. Raises frappe.PermissionError where the caller may not read the
	record, frappe.ValidationError for filters that make no sense.
	"""
	shown, window = _record(doctype, name), _window(arguments.mapping(filters), _place(after))
	with remembering():
		return timeline.page(shown, window)


@frappe.whitelist(methods=["GET"])
def mail(doctype: str, name: str, mail: str) -> dict[str, Any]:
	"""A message of the timeline of a deal or customer: subject, people, files, and its HTML, for a sandbox only.

	Raises frappe.PermissionError where the caller may not read the record, or the document that the message is about.
	"""
	return timeline_mail.mail_of(_record(doctype, name), mail)


def _record(doctype: str, name: str) -> Document:
	if doctype not in RECORDS:
		frappe.throw(_("Only deals and customer profiles have a timeline."))
	return record(doctype, name)


def _window(values: dict[str, Any], place: Place | None) -> Window:
	groups = [str(group) for group in arguments.several(values.get("groups"))]
	try:
		kinds = kinds_of(groups)
	except ValueError:
		frappe.throw(_("The timeline cannot show what was asked for: choose another filter."))
	first, last = _day(values, "from"), _day(values, "to")
	if first and last and last < first:
		frappe.throw(_("The period of the timeline ends before it begins: choose another one."))
	return Window(
		place=place,
		kinds=kinds,
		first=first,
		last=last,
		who=str(values.get("who") or ""),
		text=str(values.get("text") or "").strip()[:TEXT_LENGTH],
		only_tickets="tickets" in groups and "interactions" not in groups,
	)


def _day(values: dict[str, Any], key: str) -> date | None:
	day = as_day(values.get(key))
	if values.get(key) and not day:
		frappe.throw(_("The period of the timeline is not valid: choose another one."))
	return day


def _place(after: str | list[Any] | None) -> Place | None:
	values = arguments.several(after)
	if not values:
		return None
	if len(values) != 3 or not as_moment(values[0]) or values[1] not in KINDS:
		frappe.throw(_("The timeline lost its place: reload the page."))
	return Place(get_datetime(values[0]), str(values[1]), str(values[2]))
