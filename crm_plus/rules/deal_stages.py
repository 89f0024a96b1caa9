"""What a deal's move from stage to stage may do, and what follows from it. Codes and values; the caller writes the sentences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

OPEN, WON, LOST = "Open", "Won", "Lost"


@dataclass(frozen=True)
class Stage:
	"""One step of a pipeline, as its record says. `name` is the record's, `stage_name` what people read."""

	name: str
	stage_name: str
	pipeline: str
	position: int = 0
	outcome: str = OPEN
	probability: float = 0.0
	rots_after_days: int = 0
	advance_on: str = ""
	is_retired: bool = False
	successor: str = ""
	requires_quotation: bool = False
	requires_approval: bool = False
	fields_to_leave: tuple[str, ...] = ()
	fields_to_enter: tuple[str, ...] = ()
	roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Problem:
	"""One reason why a move is refused: a code, the stage whose rule it is, and the fields or roles it speaks of."""

	code: str
	stage: str = ""
	values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Move:
	"""A deal that is to stand in `to_stage`; `from_stage` is None for a deal that is being created.

	`stages` are all stages of `pipeline`, the deal's. `filled` holds the fields that are filled, `roles` those of
	the person; `by_system` is set where an ERPNext event moves the deal, so that no role is asked for.
	"""

	pipeline: str
	stages: Sequence[Stage]
	from_stage: Stage | None
	to_stage: Stage
	filled: frozenset[str] = field(default_factory=frozenset)
	roles: frozenset[str] = field(default_factory=frozenset)
	by_system: bool = False
	has_quotation: bool = False
	needs_approval: bool = False


def in_order(stages: Iterable[Stage]) -> list[Stage]:
	"""Return stages from left to right; equal positions by name, so that the order never changes by itself."""
	return sorted(stages, key=lambda stage: (stage.position, stage.name))


def problems(move: Move) -> tuple[Problem, ...]:
	"""Return why the move is refused, empty where it is allowed; a deal that stays where it is moves freely."""
	to_stage = move.to_stage
	if to_stage.pipeline != move.pipeline:
		return (Problem("other_pipeline", to_stage.name),)
	if move.from_stage is not None and move.from_stage.name == to_stage.name:
		return lost_problems(move)
	if to_stage.is_retired:
		return (Problem("retired", to_stage.name),)
	return (*role_problems(move), *leave_problems(move), *enter_problems(move), *lost_problems(move))


def role_problems(move: Move) -> tuple[Problem, ...]:
	"""Refuse a person who has none of the roles that may enter the stage."""
	allowed = move.to_stage.roles
	if move.by_system or not allowed or allowed & move.roles:
		return ()
	return (Problem("role", move.to_stage.name, tuple(sorted(allowed))),)


def leave_problems(move: Move) -> tuple[Problem, ...]:
	"""Name the empty fields that each stage passed on the way demands, so that skipping a stage skips no gate."""
	found = []
	for stage in stages_passed(move):
		missing = tuple(name for name in stage.fields_to_leave if name not in move.filled)
		if missing:
			found.append(Problem("missing_to_leave", stage.name, missing))
	return tuple(found)


def enter_problems(move: Move) -> tuple[Problem, ...]:
	"""Name what the stage itself demands of a deal that enters it."""
	stage = move.to_stage
	missing = tuple(name for name in stage.fields_to_enter if name not in move.filled)
	found = [Problem("missing_to_enter", stage.name, missing)] if missing else []
	if stage.requires_quotation and not move.has_quotation:
		found.append(Problem("no_quotation", stage.name))
	if stage.requires_approval and move.needs_approval:
		found.append(Problem("not_approved", stage.name))
	return tuple(found)


def lost_problems(move: Move) -> tuple[Problem, ...]:
	"""A deal that stands in a Lost stage says why it was lost."""
	if move.to_stage.outcome == LOST and "lost_reason" not in move.filled:
		return (Problem("no_lost_reason", move.to_stage.name),)
	return ()


def stages_passed(move: Move) -> list[Stage]:
	"""Return the open stages that a forward move leaves behind; none for a creation, a step back or a loss.

	A deal that comes back from a Lost stage or from another pipeline starts from the left: else losing it and
	reopening it further on would cheat every gate between.
	"""
	if move.from_stage is None or move.to_stage.outcome == LOST:
		return []
	ordered = in_order(move.stages)
	names = [stage.name for stage in ordered]
	end = names.index(move.to_stage.name) if move.to_stage.name in names else 0
	restarts = move.from_stage.outcome == LOST or move.from_stage.name not in names
	start = 0 if restarts else names.index(move.from_stage.name)
	return [stage for stage in ordered[start:end] if stage.outcome == OPEN and not stage.is_retired]


def fields_asked(move: Move) -> frozenset[str]:
	"""Return the fields that the answer to a move depends on, so that the caller looks at no others."""
	asked = {"lost_reason", *move.to_stage.fields_to_enter}
	for stage in stages_passed(move):
		asked.update(stage.fields_to_leave)
	return frozenset(asked)


def probability(stage: Stage, own: float | None, overridden: bool) -> float:
	"""Return a deal's probability in percent: its owner's word where he keeps it, else the stage's."""
	return float(own or 0) if overridden else float(stage.probability)


def seconds_spent(entered_on: datetime | None, now: datetime) -> int:
	"""Return the whole seconds between two times of one time zone; never negative, 0 where the first is unknown."""
	if entered_on is None:
		return 0
	return max(0, int((now - entered_on).total_seconds()))


def is_rotten(stage: Stage, entered_on: datetime | None, snoozed_until: date | None, today: date) -> bool:
	"""Tell whether a deal stays in an open stage for more days than it may and is not snoozed.

	Days are the calendar's: with a limit of 7, a deal that entered on the 1st is rotten from the 9th on. It is not
	rotten before the day until which it is snoozed.
	"""
	if stage.outcome != OPEN or stage.rots_after_days <= 0 or entered_on is None:
		return False
	if snoozed_until is not None and today < snoozed_until:
		return False
	return (today - entered_on.date()).days > stage.rots_after_days


def furthest(entered: Iterable[str], stages: Iterable[Stage]) -> str:
	"""Return how far a deal came that entered these: the last of its pipeline's `stages` among them that loses nothing.

	Empty where it entered none; what is no stage of the pipeline does not count.
	"""
	names = frozenset(entered)
	reached = [stage.name for stage in in_order(stages) if stage.name in names and stage.outcome != LOST]
	return reached[-1] if reached else ""


def first_stage(stages: Iterable[Stage]) -> Stage | None:
	"""Return where a deal starts that names no stage: the first open stage in use."""
	usable = [stage for stage in in_order(stages) if stage.outcome == OPEN and not stage.is_retired]
	return usable[0] if usable else None


def next_stage(stages: Iterable[Stage], current: str) -> Stage | None:
	"""Return the stage in use behind `current` that loses nothing; None at the end or where `current` is unknown."""
	ordered = in_order(stages)
	names = [stage.name for stage in ordered]
	behind = ordered[names.index(current) + 1 :] if current in names else []
	return next((stage for stage in behind if not stage.is_retired and stage.outcome != LOST), None)


def resolve_successor(stages: Mapping[str, Stage], name: str) -> Stage | None:
	"""Follow the successors of a retired stage to the first one in use; None where they end nowhere or in a circle."""
	seen: set[str] = set()
	stage = stages.get(name)
	while stage is not None and stage.is_retired and stage.name not in seen:
		seen.add(stage.name)
		stage = stages.get(stage.successor)
	return None if stage is None or stage.is_retired else stage


def missing_outcomes(stages: Iterable[Stage]) -> tuple[str, ...]:
	"""Return the outcomes that no stage in use has; a pipeline without them cannot win or lose a deal."""
	present = {stage.outcome for stage in stages if not stage.is_retired}
	return tuple(outcome for outcome in (OPEN, WON, LOST) if outcome not in present)
