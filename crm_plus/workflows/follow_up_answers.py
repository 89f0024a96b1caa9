"""What people answer about a follow-up, in their own words and on their own clock: "done, and it went like this"."""

from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr, escape_html, get_datetime, now_datetime

from crm_plus.rules.plain_values import as_moment
from crm_plus.workflows import follow_up_series, follow_ups, recurrence_words, site_clock
from crm_plus.workflows.follow_up_series import FORM

SHOWN = 3


def complete(doc: Document, answer: dict[str, Any]) -> str | None:
	"""Close a follow-up with an answer: outcome, note, interaction_type, next_subject, next_due_on, no_next_reason.

	Returns the name of the next follow-up. Raises what workflows.follow_ups.complete raises.
	"""
	text = {key: cstr(value).strip() for key, value in answer.items()}
	interaction = _log(doc, text)
	following = None
	if text.get("next_due_on"):
		following = {
			"subject": text.get("next_subject"),
			"due_on": site_time(text["next_due_on"]),
			"assigned_to": text.get("next_assigned_to"),
			"interaction": interaction,
		}
	return follow_ups.complete(
		doc,
		outcome=text.get("outcome", ""),
		note=text.get("note", ""),
		next_step=following,
		no_next_reason=text.get("no_next_reason", ""),
	)


def _log(doc: Any, text: dict[str, str]) -> str | None:
	"""Log what happened as an Interaction, where the answer says of what type; with the rights of the user."""
	if not text.get("interaction_type") or not doc.customer_profile:
		return None
	interaction = frappe.get_doc(
		{
			"doctype": "Interaction",
			"interaction_type": text["interaction_type"],
			"direction": "Outgoing",
			"subject": doc.subject,
			"status": "Done",
			"starts_on": now_datetime(),
			"outcome": text.get("outcome") or None,
			"summary": escape_html(text.get("note", "")).replace("\n", "<br>"),
			"customer_profile": doc.customer_profile,
			"deal": doc.deal,
		}
	)
	return str(interaction.insert().name)


def delegate(doc: Document, user: str) -> None:
	"""Hand a follow-up to somebody else; the one who has it already keeps it."""
	follow_ups.delegate(doc, user)


def site_time(text: str) -> str:
	"""Return the site's time of what the user's clock shows. Raises frappe.ValidationError for what is no time."""
	moment = as_moment(text)
	if not moment:
		frappe.throw(_("Choose a day and a time such as 2026-12-31 09:00."))
	wall = get_datetime(moment).replace(tzinfo=None)
	return str(site_clock.on_site(wall, frappe.session.user))


def preview(values: dict[str, Any]) -> dict[str, Any]:
	"""Return a rule that is being typed in words, and its next times (site's time zone); writes nothing.

	Raises frappe.ValidationError, as saving would.
	"""
	allowed = (*FORM, "recurrence", "repeat_from", "skip_holidays", "due_on", "assigned_to", "deal")
	doc: Any = frappe.get_doc({"doctype": "Follow Up", **{key: values.get(key) for key in allowed}})
	if not as_moment(cstr(doc.due_on)):
		return {"sentence": "", "next": []}
	doc.status = follow_up_series.OPEN
	follow_up_series.prepare(doc)
	return {
		"sentence": recurrence_words.sentence(doc.recurrence or "", doc.occurs_on or ""),
		"next": [str(moment) for moment in _next_times(doc)],
	}


def _next_times(doc: Any) -> list[datetime]:
	"""Return the next times, where each one is done on the day it is due."""
	found: list[datetime] = []
	doc.completed_on = doc.due_on
	while len(found) < SHOWN and (occurrence := follow_up_series.next_of(doc, get_datetime(doc.due_on))):
		due_on = site_clock.on_site(occurrence.due_on, doc.assigned_to)
		found.append(due_on)
		doc.update(
			{
				"occurs_on": occurrence.occurs_on.isoformat(),
				"series_number": occurrence.number,
				"due_on": due_on,
				"completed_on": due_on,
			}
		)
	return found
