"""Segments: conditions over Customer Profiles, asked anew each time with the rights of whoever asks."""

import json
from typing import Any, NoReturn

import frappe
from frappe import _
from frappe.model.document import Document

from crm_plus.access.levels import check_filters
from crm_plus.rules import segments as rules
from crm_plus.rules.quoted_text import quoted
from crm_plus.setup.compatibility import count_readable
from crm_plus.workflows import outreach_approval

PROFILE = "Customer Profile"
ALWAYS_THERE = ("name", "owner", "creation", "modified")
SHOWN = ("name", "full_name", "lifecycle_stage", "territory")
FIRST = 10


def check(segment: Document) -> None:
	"""Bring a segment's conditions into one form; raises frappe.ValidationError or frappe.PermissionError for one that cannot be asked."""
	found = _asked(segment.conditions)
	segment.conditions = json.dumps(found)
	if found:
		_try(found)


def note_change(segment: Document) -> None:
	"""Take back what was approved for other conditions; called after the segment is stored."""
	if segment.has_value_changed("conditions"):
		outreach_approval.withdraw_for_segment(segment.name)


def _asked(text: str | None, user: str | None = None) -> list[list[Any]]:
	"""Return stored or typed conditions as Frappe's filters, none of them on what the user may not read."""
	found = rules.parsed(text, PROFILE, fields())
	if isinstance(found, rules.Fault):
		_refuse(found)
	# The list would refuse it too, but not in each version's words by the field's label.
	check_filters(PROFILE, [condition[0] for condition in found], user)
	return found


def fields() -> set[str]:
	"""Return the fields of a profile that a condition may name; its tables have their own rows, and are none."""
	without = (*frappe.model.no_value_fields, *frappe.model.table_fields)
	meta = frappe.get_meta(PROFILE)
	return {field.fieldname for field in meta.fields if field.fieldtype not in without} | set(ALWAYS_THERE)


def preview(text: str | None) -> dict[str, Any]:
	"""Return how many profiles of the user's own meet conditions, and the first of them.

	Raises frappe.PermissionError for a condition on what he may not read.
	"""
	found = _asked(text)
	_try(found)
	return {
		"count": count_readable(PROFILE, found),
		"first": frappe.get_list(
			PROFILE, filters=found, fields=list(SHOWN), order_by="full_name", limit=FIRST
		),
	}


def members(segment: str, user: str) -> list[str]:
	"""Return the profiles of a segment that a user may read, oldest first. Raises as `preview` does."""
	found = _asked(frappe.db.get_value("Segment", segment, "conditions"), user)
	return frappe.get_list(
		PROFILE, filters=found, pluck="name", order_by="creation asc, name asc", limit=0, user=user
	)


def _try(found: list[list[Any]]) -> None:
	"""Ask once for conditions that somebody wrote: what the database or Frappe cannot read is said in a sentence."""
	try:
		frappe.get_list(PROFILE, filters=found, pluck="name", limit=1)
	except frappe.PermissionError:
		raise
	except Exception:
		frappe.clear_last_message()
		frappe.throw(_("A value among the conditions cannot be read: choose them anew."))


def _refuse(fault: rules.Fault) -> NoReturn:
	sentences = {
		rules.NOT_READABLE: _("The conditions cannot be read: choose them anew."),
		rules.TOO_MANY: _("A segment has at most {0} conditions."),
		rules.UNKNOWN_FIELD: _("{0} cannot be a condition: choose another field of the customer profile."),
		rules.UNKNOWN_OPERATOR: _("{0} is no comparison: choose another."),
	}
	word = rules.MOST_CONDITIONS if fault.code == rules.TOO_MANY else quoted(fault.word)
	frappe.throw(sentences[fault.code].format(word))
	raise AssertionError(fault)  # not reached, but mypy knows nothing of Frappe
