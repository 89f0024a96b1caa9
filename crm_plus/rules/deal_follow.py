"""Which stage a deal's documents put it in.

A fact is an ERP event that holds true now because of one document: this quotation is submitted, that invoice is paid. A
deal remembers the facts that it has seen. A new fact may move it forward; a fact that no longer holds takes back the move
that it caused. So the same event twice, or events out of order, end in the same stage.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from crm_plus.rules.deal_stages import Stage

QUOTATION_SUBMITTED = "Quotation Submitted"
ORDER_SUBMITTED = "Order Submitted"
INVOICE_SUBMITTED = "Invoice Submitted"
INVOICE_PAID = "Invoice Paid"
QUOTATION_LOST = "Quotation Lost"
ORDER_CANCELLED = "Order Cancelled"
# Who is billed has ordered, also where nobody wrote an order.
SAYS_AS_MUCH = {INVOICE_SUBMITTED: {INVOICE_SUBMITTED, ORDER_SUBMITTED}}


@dataclass(frozen=True, slots=True, order=True)
class Fact:
	"""An ERP event that holds true because of one document."""

	event: str
	document: str


@dataclass(frozen=True, slots=True)
class Move:
	"""One past move of the deal. `fact` is what caused it, None for a person; `taken_back` marks a move back by us."""

	from_stage: str
	to_stage: str
	fact: Fact | None = None
	taken_back: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
	"""The stage to move to: the fact that leads there, or None where the deal only goes back; and the fact that was lost."""

	stage: str
	fact: Fact | None
	lost: Fact | None = None


def follow(
	stages: Sequence[Stage],
	current: str,
	history: Iterable[Move],
	known: Collection[Fact],
	facts: Collection[Fact],
) -> Decision | None:
	"""Decide the move that the documents ask for, or None.

	Where the fact that caused the present stage no longer holds and no other asks for it, the deal goes back to where it
	stood, or to the furthest stage that its other documents ask for. Else new facts may carry it on, never back.
	"""
	by_name = {stage.name: stage for stage in stages}
	if current not in by_name:
		return None
	stood, lost = _where_it_stands(current, history, facts, by_name)
	target, fact = _furthest(by_name, stood, facts if lost else set(facts) - set(known))
	return Decision(target, fact, lost) if target != current else None


def _where_it_stands(
	current: str, history: Iterable[Move], facts: Collection[Fact], by_name: dict[str, Stage]
) -> tuple[str, Fact | None]:
	"""Return the stage that still holds, and the fact whose loss moved it there (None where nothing was lost)."""
	standing = _standing_moves(history)
	lost: Fact | None = None
	asked_for = {event for fact in facts for event in _events_of(fact)}
	while standing and standing[-1].to_stage == current:
		move = standing.pop()
		if not move.fact or move.fact in facts or by_name[current].advance_on in asked_for:
			break
		if move.from_stage not in by_name:
			break
		lost = lost or move.fact
		current = move.from_stage
	return current, lost


def _standing_moves(history: Iterable[Move]) -> list[Move]:
	"""Return the moves that were not taken back, oldest first."""
	standing: list[Move] = []
	for move in history:
		if not move.taken_back:
			standing.append(move)
			continue
		while standing and standing[-1].to_stage != move.to_stage:
			standing.pop()
	return standing


def _furthest(by_name: dict[str, Stage], current: str, facts: Iterable[Fact]) -> tuple[str, Fact | None]:
	"""Return the furthest stage that a fact leads on to from `current`, and that fact."""
	best, reason = current, None
	for fact in sorted(facts):
		for stage in by_name.values():
			if stage.advance_on in _events_of(fact) and _leads_on(by_name[best], stage):
				best, reason = stage.name, fact
	return best, reason


def _events_of(fact: Fact) -> set[str]:
	return SAYS_AS_MUCH.get(fact.event, {fact.event})


def _leads_on(here: Stage, there: Stage) -> bool:
	"""Tell whether `there` is further on: a lost deal only comes back by winning, a won one is never lost by a document."""
	if there.is_retired or here.name == there.name:
		return False
	if here.outcome == "Open":
		return there.outcome != "Open" or there.position > here.position
	if here.outcome == "Lost":
		return there.outcome == "Won"
	return there.outcome == "Won" and there.position > here.position
