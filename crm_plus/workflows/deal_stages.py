"""Where a deal stands: every road into the database passes here, because Deal.validate and Deal.on_update do.

Times are stored in the site's time zone, in whole seconds, so that the visits to a deal's stages add up to its age.
"""

from dataclasses import replace
from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr, escape_html, get_datetime, getdate, now_datetime, strip_html, today

from crm_plus.rules import deal_stages as rules
from crm_plus.rules.deal_stages import LOST, OPEN, Move, Stage
from crm_plus.rules.plain_values import as_day
from crm_plus.workflows import (
	deal_approval,
	deal_defaults,
	deal_loss,
	deal_progress,
	deal_value,
	stage_follow_ups,
)
from crm_plus.workflows.pipelines import forget_stages, load_stage, load_stages
from crm_plus.workflows.stage_refusals import sentence

__all__ = [
	"forget_stages",
	"load_stage",
	"load_stages",
	"move",
	"prepare",
	"record",
	"reopen",
	"snooze",
	"unsnooze",
]

CREATED, MANUAL, REOPENED = "Created", "Manual", "Reopened"
QUOTATIONS_THAT_DO_NOT_COUNT = ("Lost", "Cancelled", "Expired")
lost_reason_of_quotation = deal_loss.lost_reason_of_quotation
competitor_of_quotation = deal_loss.competitor_of_quotation


class StageRuleNotMet(frappe.ValidationError):
	"""A rule of a stage refuses the move; its text is one sentence for the person who tried."""


def prepare(deal: Document) -> None:
	"""Complete and check a deal before it is written; writes nothing else.

	Raises StageRuleNotMet where a stage's rule refuses the move, frappe.ValidationError for any other bad value.
	Flags that our own code may set on `deal`: `system_move` (no role is asked for), `ignore_stage_rules` (a retired
	stage hands on its deals), `stage_moved_on` (a datetime, for history that is brought in).
	"""
	deal_defaults.keep_what_the_books_say(deal)
	deal_defaults.fill(deal)
	deal_defaults.check(deal)
	deal_value.price_deal(deal)
	deal_approval.prepare(deal)
	before = deal.get_doc_before_save()
	stage = load_stage(deal.stage)
	if not deal.flags.ignore_stage_rules:
		_check_move(deal, before, stage)
	_enter(deal, before, stage)


def _check_move(deal: Document, before: Document | None, to_stage: Stage) -> None:
	move = Move(
		pipeline=deal.pipeline,
		stages=load_stages(deal.pipeline),
		from_stage=load_stage(before.stage) if before and before.stage else None,
		to_stage=to_stage,
		roles=frozenset(frappe.get_roles()) if to_stage.roles else frozenset(),
		by_system=bool(deal.flags.system_move),
		has_quotation=to_stage.requires_quotation and has_quotation(deal.name),
		needs_approval=bool(deal.approval_needed),
	)
	filled = frozenset(name for name in rules.fields_asked(move) if _is_filled(deal, name))
	found = rules.problems(replace(move, filled=filled))
	if found:
		frappe.throw(sentence(deal, before, found), StageRuleNotMet, title=_("Stage Rule"))


def _is_filled(deal: Document, fieldname: str) -> bool:
	"""Tell whether a field holds something; a field that no longer exists demands nothing."""
	field = deal.meta.get_field(fieldname)
	if field is None:
		return True
	value = deal.get(fieldname)
	if field.fieldtype in ("Text Editor", "HTML Editor"):
		return bool(strip_html(value or "").strip())
	return bool(value.strip()) if isinstance(value, str) else bool(value)


def has_quotation(deal: str | None) -> bool:
	"""Tell whether a submitted quotation that still counts names the deal, on its header or on a row."""
	quotation, row = frappe.qb.DocType("Quotation"), frappe.qb.DocType("Quotation Item")
	if not deal:
		return False
	of_rows = frappe.qb.from_(row).select(row.parent).where(row.crm_plus_deal == deal)
	found = (
		frappe.qb.from_(quotation)
		.select(quotation.name)
		.where((quotation.crm_plus_deal == deal) | quotation.name.isin(of_rows))
		.where((quotation.docstatus == 1) & quotation.status.notin(QUOTATIONS_THAT_DO_NOT_COUNT))
		.limit(1)
	)
	return bool(found.run())


def _enter(deal: Document, before: Document | None, stage: Stage) -> None:
	"""Set what follows from the stage: status, probability, and the times of entering and closing."""
	deal.status = stage.outcome
	deal.probability = rules.probability(stage, deal.probability, bool(deal.probability_overridden))
	now = _now(deal)
	if before is None:
		deal.stage_entered_on = min(get_datetime(deal.stage_entered_on or now), now).replace(microsecond=0)
		closed_on = get_datetime(deal.closed_on or deal.stage_entered_on)
	elif before.stage == deal.stage:
		deal.stage_entered_on = before.stage_entered_on
		closed_on = before.closed_on
	else:
		deal.stage_entered_on = closed_on = now
		_leave_behind(deal, before)
	deal.closed_on = closed_on if stage.outcome != OPEN else None
	deal_progress.follow(deal, before)


def _leave_behind(deal: Document, before: Document) -> None:
	"""Clear what a reopened deal no longer says of itself; its Stage Changes still do."""
	if before.status == LOST and deal.status != LOST:
		deal.lost_reason = deal.lost_detail = None
	if deal.status != OPEN:
		deal.snoozed_until = deal.snooze_reason = None


def _now(deal: Document) -> datetime:
	return get_datetime(deal.flags.stage_moved_on or now_datetime()).replace(microsecond=0)


def record(deal: Document) -> None:
	"""Write the Stage Change of a deal that has just been created or moved, and tell a loss to its open quotations.

	The row belongs to the same transaction as the deal: either both are stored or neither.
	"""
	before = deal.get_doc_before_save()
	deal_progress.tell_moves(deal, before)
	if before is not None and before.stage == deal.stage:
		return
	flags = deal.flags
	frappe.get_doc(
		{
			"doctype": "Stage Change",
			"reference_doctype": "Deal",
			"reference_name": deal.name,
			"pipeline": deal.pipeline,
			"from_stage": before.stage if before else None,
			"to_stage": deal.stage,
			"changed_on": deal.stage_entered_on,
			"changed_by": frappe.session.user,
			"seconds_in_previous": _seconds(deal, before),
			"cause": flags.stage_cause or _cause(deal, before),
			"cause_doctype": flags.cause_doctype,
			"cause_name": flags.cause_name,
			"note": flags.stage_note or _loss_note(deal),
			**deal_progress.facts_of(deal),
		}
	).insert(
		ignore_permissions=True,  # safe: history is written for whoever was allowed to save the deal
		ignore_links=True,  # the deal itself has just been checked
	)
	stage_follow_ups.enter(deal)
	for flag in ("stage_cause", "cause_doctype", "cause_name", "stage_note", "stage_moved_on"):
		flags.pop(flag, None)
	if deal.status == LOST:
		deal_loss.lose_open_quotations(deal)


def _seconds(deal: Document, before: Document | None) -> int:
	if before is None:
		return 0
	entered = before.stage_entered_on or before.creation
	return rules.seconds_spent(get_datetime(entered), get_datetime(deal.stage_entered_on))


def _cause(deal: Document, before: Document | None) -> str:
	if before is None:
		return CREATED
	return REOPENED if before.status != OPEN and deal.status == OPEN else MANUAL


def _loss_note(deal: Document) -> str | None:
	if deal.status != LOST:
		return None
	return ": ".join(part for part in (deal.lost_reason, deal.lost_detail) if part)


def move(
	deal: Document,
	stage: str,
	*,
	cause: str = "",
	cause_doctype: str = "",
	cause_name: str = "",
	note: str = "",
	seen: str = "",
) -> None:
	"""Set the deal's stage (a Pipeline Stage of its pipeline) and save it, once; the same stage changes nothing.

	An empty cause is a person's doing; `seen` is the deal's `modified` as he last saw it. Raises StageRuleNotMet with
	one sentence where a rule refuses, and frappe.TimestampMismatchError where the deal was saved since it was seen or read.
	"""
	if deal.stage == stage:
		return
	if seen:
		_refuse_if_changed(deal, seen)
	deal.stage = stage
	deal.flags.update(
		{"stage_cause": cause, "cause_doctype": cause_doctype, "cause_name": cause_name, "stage_note": note}
	)
	deal.save()


def _refuse_if_changed(deal: Document, seen: str) -> None:
	# Frappe compares again under its lock when it saves; its own words are for a form with a button to refresh it.
	if cstr(deal.modified) != cstr(seen):
		frappe.throw(
			_("This deal was changed meanwhile: look at it as it stands now, then try again."),
			frappe.TimestampMismatchError,
			title=_("Not moved"),
		)


def snooze(deal: Document, until: str, reason: str) -> None:
	"""Keep an open deal from being marked as rotten before a day (site's calendar), and say why.

	Raises frappe.ValidationError where the deal is closed, the day is not in the future or the reason is empty.
	"""
	if deal.status != OPEN:
		frappe.throw(_("This deal is closed; reopen it before you snooze it."))
	day = as_day(until)
	if not day or day <= getdate(today()):
		frappe.throw(_("Choose a day after today until which the deal is snoozed."))
	deal.snoozed_until, deal.snooze_reason = day, reason
	deal.save()


def unsnooze(deal: Document) -> None:
	"""Let the deal be marked as rotten again."""
	deal.snoozed_until = deal.snooze_reason = None
	deal.save()


def reopen(deal: Document, stage: str = "", note: str = "") -> None:
	"""Bring a closed deal back: to `stage`, else to the open stage it stood in last, else to the pipeline's first.

	Raises frappe.ValidationError where the deal is open, StageRuleNotMet as any move does.
	"""
	if deal.status == OPEN:
		frappe.throw(_("This deal is open already."))
	target = stage or _last_open_stage(deal)
	if not target:
		frappe.throw(_("Pipeline {0} has no open stage; add one.").format(escape_html(deal.pipeline)))
	move(deal, target, cause=REOPENED, note=note)


def _last_open_stage(deal: Document) -> str:
	stages = {stage.name: stage for stage in load_stages(deal.pipeline)}
	visited = frappe.get_all(
		"Stage Change",
		filters={"reference_doctype": "Deal", "reference_name": deal.name},
		pluck="from_stage",
		order_by="changed_on desc, creation desc",
	)
	heirs = [rules.resolve_successor(stages, name) for name in visited if name]
	last = next((stage for stage in heirs if stage and stage.outcome == OPEN), None)
	target = last or rules.first_stage(stages.values())
	return target.name if target else ""
