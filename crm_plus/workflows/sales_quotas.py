"""A sales quota before it is stored: its period, its title, and that nobody has two for the same time."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, getdate

from crm_plus.rules import quotas as rules
from crm_plus.rules.deal_value import LARGEST
from crm_plus.rules.quoted_text import quoted

WHO = {rules.PERSON: "user", rules.TEAM: "team"}


def prepare(doc: Document) -> None:
	"""Complete a quota; the amount is in the company's currency.

	Raises frappe.ValidationError for an amount that no column holds, where nobody is named, or where the same person or
	team has a quota for part of the time.
	"""
	who = doc.get(WHO[doc.quota_for])
	if not flt(doc.amount) <= LARGEST:
		frappe.throw(_("This amount is too large to be stored; check the numbers."))
	if not who:
		frappe.throw(_("Name the person or the team that the quota is for."))
	for other in set(WHO.values()) - {WHO[doc.quota_for]}:
		doc.set(other, None)
	doc.starts_on, doc.ends_on = rules.bounds(getdate(doc.starts_on), doc.period)
	doc.title = f"{who} {doc.starts_on:%Y-%m}"
	refuse_a_second(doc, who)


def refuse_a_second(doc: Document, who: str) -> None:
	"""Raise frappe.ValidationError where another quota is for the same and overlaps."""
	same = {
		WHO[doc.quota_for]: who,
		"quota_for": doc.quota_for,
		"company": doc.company,
		"name": ["!=", doc.name or ""],
		"starts_on": ["<=", doc.ends_on],
		"ends_on": [">=", doc.starts_on],
	}
	found = frappe.get_all("Sales Quota", filters=same, pluck="name", limit=1)
	if found:
		frappe.throw(
			_("{0} already has the quota {1} for part of this time: change that one.").format(
				quoted(who), quoted(found[0])
			)
		)
