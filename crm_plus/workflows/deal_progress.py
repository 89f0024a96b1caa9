"""What reports ask of every deal and would have to look up in its history, kept beside it; and the other way round.

A deal says when it began and which stage was the furthest that it entered: both are what its Stage Changes say. A Stage
Change says whose deal it is, of which company and source: that is what the deal says now. Nothing else writes either.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.query_builder import DocType
from frappe.utils import get_datetime

from crm_plus.rules import deal_stages as rules
from crm_plus.workflows import until_commit
from crm_plus.workflows.pipelines import load_stages

DEAL, CHANGE = "Deal", "Stage Change"
# What each Stage Change of a deal repeats of it.
FACTS = ("deal_owner", "company", "source")
TELL_ALL = """
	UPDATE `tabStage Change` move JOIN `tabDeal` deal ON deal.name = move.reference_name
	SET move.deal_owner = deal.deal_owner, move.company = deal.company, move.source = deal.source
	WHERE move.reference_doctype = 'Deal' AND move.reference_name IN %(names)s
"""
JOB = "crm_plus.jobs.deal_progress.run"
REORDERED = "pipelines in another order"


def follow(deal: Document, before: Document | None) -> None:
	"""Set when a deal began and how far it came, from what it was before and where it stands now; writes nothing.

	The time of its first entering counts (site's time zone). Only a deal that came from another pipeline has its history
	read, for it may have been in this one before.
	"""
	entered = [deal.stage]
	if before is None:
		deal.began_on = deal.stage_entered_on
	else:
		deal.began_on = before.began_on
		stays = before.pipeline == deal.pipeline
		entered += [before.furthest_stage] if stays else [move.to_stage for move in _moves([deal.name])]
	deal.furthest_stage = rules.furthest(entered, load_stages(deal.pipeline)) or None


def facts_of(deal: Any) -> dict[str, Any]:
	"""Return what a Stage Change repeats of its deal."""
	return {name: deal.get(name) for name in FACTS}


def tell_moves(deal: Document, before: Document | None) -> None:
	"""Have a saved deal's Stage Changes say whose it is now."""
	if before is None or not any((before.get(name) or "") != (deal.get(name) or "") for name in FACTS):
		return
	move = DocType(CHANGE)
	query = frappe.qb.update(move)
	for name, value in facts_of(deal).items():
		query = query.set(move[name], value)
	query.where((move.reference_doctype == DEAL) & (move.reference_name == deal.name)).run()


def note_reordered(pipeline: str) -> None:
	"""Have the deals of a pipeline whose stages changed looked through, once this transaction is committed."""
	until_commit.notes(REORDERED, _look_through)[pipeline] = True


def _look_through(noted: until_commit.Notes) -> None:
	"""Never raises: the stages are stored already, and the night looks through all deals."""
	try:
		for pipeline in noted:
			until_commit.leave_to_worker(JOB, pipeline=pipeline)
	except Exception:
		frappe.db.rollback()  # what was begun after the commit: the change itself is stored
		frappe.log_error(title="The deals of a pipeline in another order could not be looked through")
		frappe.db.commit()  # the log must survive, whatever the request does next


def refresh(names: Sequence[str]) -> list[str]:
	"""Bring deals and their Stage Changes in step and return those that were not; locks them until the transaction ends.

	For deals whose rows were written without `Deal.validate`, and after the order of stages changed.
	"""
	if not names:
		return []
	deal = DocType(DEAL)
	fields = (deal.name, deal.pipeline, deal.began_on, deal.furthest_stage)
	# Locked before their history is read, so that a move that is just being saved is in it.
	rows = frappe.qb.from_(deal).select(*fields).where(deal.name.isin(names)).for_update().run(as_dict=True)
	moves = defaultdict(list)
	for move in _moves(names):
		moves[move.reference_name].append(move)
	changed = {}
	for row in rows:
		said = {"began_on": row.began_on, "furthest_stage": row.furthest_stage}
		if said != (told := _told(row.pipeline, moves[row.name])):
			changed[row.name] = told
	frappe.db.bulk_update(DEAL, changed, update_modified=False)
	frappe.db.sql(TELL_ALL, {"names": tuple(names)})
	return list(changed)


def _told(pipeline: str, moves: Iterable[Any]) -> dict[str, Any]:
	"""Return what its Stage Changes say of a deal."""
	moves = list(moves)
	began = [get_datetime(move.changed_on) for move in moves if not move.from_stage]
	furthest = rules.furthest((move.to_stage for move in moves), load_stages(pipeline))
	return {"began_on": min(began, default=None), "furthest_stage": furthest or None}


def _moves(names: Sequence[str]) -> list[Any]:
	"""Return the Stage Changes of deals, along an index that holds all of this."""
	move = DocType(CHANGE)
	query = frappe.qb.from_(move).select(move.reference_name, move.from_stage, move.to_stage, move.changed_on)
	return query.where((move.reference_doctype == DEAL) & move.reference_name.isin(names)).run(as_dict=True)
