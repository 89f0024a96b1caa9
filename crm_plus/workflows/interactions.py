"""An interaction: what it gets that it does not say, what is refused, and whom else it concerns once it is safe."""

from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.desk.notifications import extract_mentions, notify_mentions
from frappe.model.document import Document
from frappe.utils import cint, cstr, get_datetime, now_datetime

from crm_plus.rules import interactions as rules
from crm_plus.rules.contact_points import bare_name
from crm_plus.rules.interactions import Facts, Participant
from crm_plus.rules.plain_values import as_moment
from crm_plus.rules.quoted_text import quoted
from crm_plus.workflows import interaction_times, next_steps, planned, site_clock

LONGEST_SUBJECT = 140
FIELDS = ("customer_profile", "contact", "email", "full_name", "phone")


def prepare(interaction: Document) -> None:
	"""Complete and check an interaction before it is written; writes nothing else.

	Raises frappe.ValidationError, in one sentence, for a time, deal or outcome that it cannot have. What capture found in a
	message is brought into shape instead: it happened, whatever it says.
	"""
	now = now_datetime().replace(microsecond=0)
	_fill(interaction, now)
	_check(interaction, now)
	set_participants(interaction)


def _fill(interaction: Document, now: datetime) -> None:
	interaction.starts_on = get_datetime(interaction.starts_on or now).replace(microsecond=0)
	interaction.status = interaction.status or rules.status_for(interaction.starts_on, now)
	interaction.duration = cint(interaction.duration)
	if interaction.deal and not interaction.customer_profile:
		interaction.customer_profile = frappe.db.get_value("Deal", interaction.deal, "customer_profile")
	if not interaction.direction:
		interaction.direction = _usual_direction(interaction.interaction_type)
	interaction.subject = rules.subject_of(
		cstr(interaction.subject),
		_(cstr(interaction.interaction_type)),
		_(cstr(interaction.outcome)),
		LONGEST_SUBJECT,
	)


def _usual_direction(interaction_type: str | None) -> str:
	usual = interaction_type and frappe.get_cached_value(
		"Interaction Type", interaction_type, "default_direction"
	)
	return usual or rules.OUTGOING


def _check(interaction: Document, now: datetime) -> None:
	if not interaction.customer_profile:
		frappe.throw(_("Choose the customer of this interaction."), frappe.MandatoryError)
	facts = Facts(
		status=interaction.status,
		starts_on=interaction.starts_on,
		duration=interaction.duration,
		customer_profile=interaction.customer_profile,
		deal_profiles=_profiles_of_deal(interaction),
		outcome_types=_types_of_outcome(interaction),
		interaction_type=cstr(interaction.interaction_type),
	)
	found = rules.problems(facts, now)
	if found:
		frappe.throw(_sentence(found[0], interaction))


def _profiles_of_deal(interaction: Document) -> tuple[str, ...]:
	"""Return whose interactions may name the deal: its customer's and, where that is an organization, its people's.

	A deal of a person takes the organization's as well. Asked only where something changed.
	"""
	changed = interaction.is_new() or any(
		interaction.has_value_changed(name) for name in ("deal", "customer_profile")
	)
	if not interaction.deal or not changed or interaction.flags.from_source:
		return ()
	owner = frappe.db.get_value("Deal", interaction.deal, "customer_profile")
	own, theirs = (
		frappe.db.get_value("Customer Profile", name, "organization")
		for name in (owner, interaction.customer_profile)
	)
	fits = owner in (interaction.customer_profile, theirs) or own == interaction.customer_profile
	return (interaction.customer_profile,) if fits else (cstr(owner),)


def _types_of_outcome(interaction: Document) -> tuple[str, ...]:
	changed = interaction.is_new() or any(
		interaction.has_value_changed(name) for name in ("outcome", "interaction_type")
	)
	if not interaction.outcome or not changed:
		return ()
	where = {"parent": interaction.outcome, "parenttype": "Interaction Outcome"}
	return tuple(frappe.get_all("Interaction Outcome Type", where, pluck="interaction_type"))


def _sentence(code: str, interaction: Document) -> str:
	sentences = {
		"out_of_range": _("An interaction lies between the years {0} and {1}; correct its time."),
		"not_yet": _("This lies ahead: set the status to Planned, or correct the time."),
		"too_long": _("An interaction lasts between nothing and {2} days; correct its duration."),
		"foreign_deal": _("The deal {3} is another customer's; choose a deal of {4}."),
		"foreign_outcome": _("{5} is no outcome of the type {6}; choose another."),
	}
	customer = frappe.db.get_value("Customer Profile", interaction.customer_profile, "full_name")
	return sentences[code].format(
		rules.EARLIEST.year,
		rules.LATEST.year - 1,
		rules.LONGEST.days,
		quoted(interaction.deal),
		quoted(customer),
		quoted(interaction.outcome),
		quoted(interaction.interaction_type),
	)


def set_participants(interaction: Document) -> None:
	"""Bring the rows into shape: nobody twice, the main customer among them, each with the interaction's own time."""
	given = present = [_participant(row) for row in interaction.participants]
	before = interaction.get_doc_before_save()
	if before and before.customer_profile != interaction.customer_profile:
		given = rules.moved_to(present, before.customer_profile, interaction.customer_profile)
	wanted = rules.participants(given, interaction.customer_profile, cstr(interaction.contact))
	if wanted != present:
		known = {_participant(row): row for row in interaction.participants}
		interaction.set("participants", [])
		for participant in wanted:
			interaction.append("participants", known.get(participant) or _values(participant))
	for row in interaction.participants:
		row.happened_on = interaction.starts_on
		if row.contact and not row.email and not row.full_name:
			_name_contact(row)


def _name_contact(row: Any) -> None:
	"""Say who a contact is: the row outlives him."""
	found = frappe.db.get_value("Contact", row.contact, ["full_name", "email_id"])
	full_name, email = found or (None, None)
	row.full_name, row.email = bare_name(full_name) or None, email or None


def _participant(row: Any) -> Participant:
	return Participant(*(cstr(row.get(name)).strip() for name in FIELDS))


def _values(participant: Participant) -> dict[str, str | None]:
	return {name: getattr(participant, name) or None for name in FIELDS}


def record(interaction: Document) -> None:
	"""Tell whoever the summary mentions, and let customers and deals know when they were last spoken to."""
	before = interaction.get_doc_before_save()
	if interaction.summary and (before is None or before.summary != interaction.summary):
		_notify_mentioned(interaction, before)
	interaction_times.note(interaction)
	next_steps.note_plan(interaction)
	planned.note(interaction)


def _notify_mentioned(interaction: Document, before: Document | None) -> None:
	"""Use Frappe's own mentions; who was mentioned before is not told again."""
	if "data-id" not in interaction.summary:
		return
	known = set(extract_mentions(before.summary)) if before and before.summary else set()
	if set(extract_mentions(interaction.summary)) - known:
		notify_mentions(interaction.doctype, interaction.name, interaction.summary)


def forget(interaction: Document) -> None:
	"""Let customers, deals and the calendar know that an interaction is being deleted."""
	interaction_times.note(interaction)
	next_steps.note_plan(interaction)
	planned.note(interaction, is_deleted=True)


def reschedule(interaction: Document, starts_on: Any, ends_on: Any, *, is_day: bool = False) -> None:
	"""Move a plan to another time (site's time zone), with its length where the end says one, and save it.

	Where only a day was chosen, the plan keeps its time of day on the user's clock, and its length. Raises
	frappe.ValidationError for what is no time or no plan any more, and as saving does.
	"""
	start, end = as_moment(starts_on), as_moment(ends_on)
	if not start:
		frappe.throw(_("Say when it starts."))
	if interaction.status != rules.PLANNED:
		frappe.throw(
			_("{0} is not planned: only what lies ahead is moved.").format(quoted(interaction.subject))
		)
	if is_day:
		start, end = _same_time_on(interaction, start), None
	interaction.starts_on = start
	if end and get_datetime(end) > get_datetime(start):
		interaction.duration = (get_datetime(end) - get_datetime(start)).total_seconds()
	interaction.save()


def _same_time_on(interaction: Any, start: Any) -> datetime:
	"""The site's time of a plan's time of day on another day of the user's."""
	user = frappe.session.user
	day = site_clock.on_wall(start, user).date()
	return site_clock.on_site(
		datetime.combine(day, site_clock.on_wall(interaction.starts_on, user).time()), user
	)


def postpone(interaction: Document, until: str) -> None:
	"""Move a plan to a later time (site's time zone). Raises frappe.ValidationError where that is not in the future."""
	if get_datetime(until) <= now_datetime():
		frappe.throw(_("Choose a time in the future to which this is moved."))
	reschedule(interaction, until, None)


def close_plan(interaction: Document, status: str) -> None:
	"""Say what became of a plan whose time has come: DONE or NO_SHOW, and save it.

	Raises frappe.ValidationError for another status, for what is no plan any more, and as saving does.
	"""
	if status not in (rules.DONE, rules.NO_SHOW):
		frappe.throw(_("Say whether it took place or nobody came."))
	if interaction.status != rules.PLANNED:
		frappe.throw(_("{0} is not planned any more; reload the page.").format(quoted(interaction.subject)))
	interaction.status = status
	interaction.save()
