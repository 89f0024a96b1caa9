"""What becomes of a document that another module kept: which record, which stage, which amount, and whether undoing may take it back.

Plain values in, codes and values out. Names of other modules' documents never appear here; the tables that know them are the
caller's.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crm_plus.rules.deal_stages import OPEN, Stage, first_stage, in_order
from crm_plus.rules.duplicates import Identity, belongs

CREATED, MERGED, LINKED, SKIPPED = "Created", "Merged", "Linked", "Skipped"
PERSON, ORGANIZATION = "Person", "Organization"

# Why a record was created, merged, linked or skipped.
NEW = "new"
SAME_PARTY = "same_party"
SAME_IDENTITY = "same_identity"
SECOND_OF_PARTY = "second_of_party"
HERE_BEFORE = "here_before"
NO_PARTY = "no_party"
NO_NAME = "no_name"
NO_COMPANY = "no_company"
NO_RATE = "no_rate"
NO_STAGE = "no_stage"
ITEMS_DIFFER = "items_differ"
ITEMS_AS_TEXT = "items_as_text"
OTHER_COMPANY = "other_company"
OTHER_DEAL = "other_deal"

# Why undoing leaves a record in place.
CHANGED_SINCE = "changed_since"
HAS_NEW_LINKS = "has_new_links"
IN_USE = "in_use"


@dataclass(frozen=True)
class Candidate:
	"""A profile that a party may be: what it is known by, and whether its link to that kind of party is taken."""

	name: str
	profile_type: str
	identity: Identity
	is_taken: bool = False


@dataclass(frozen=True)
class Placement:
	"""What becomes of a party: the action and its reason, the profile it joins, or the organization of a new person.

	`as_person` is set where an organization's record stays as the person whom it names.
	"""

	action: str
	reason: str
	profile: str = ""
	organization: str = ""
	as_person: bool = False


def place(
	profile_type: str,
	identity: Identity,
	linked: Sequence[Candidate],
	alike: Sequence[Candidate],
	*,
	names_person: bool = False,
) -> Placement:
	"""Decide whether a party joins a profile.

	`linked` are profiles that name this party as the same, strongest first; `alike` share a key with it. A second party
	of a kind stays its own record; a person, also one that an organization names (`names_person`), as its member.
	"""
	free = next((candidate for candidate in linked if not candidate.is_taken), None)
	if free:
		return Placement(MERGED, SAME_PARTY, free.name)
	if twin := next((other for other in (*linked, *alike) if is_twin(profile_type, identity, other)), None):
		return Placement(MERGED, SAME_IDENTITY, twin.name)
	first = linked[0] if linked else namesake(identity, alike) if names_person else None
	return second(profile_type, first, names_person) if first else Placement(CREATED, NEW)


def namesake(identity: Identity, others: Iterable[Candidate]) -> Candidate | None:
	"""Return the first organization of the same name."""
	return next(
		(
			other
			for other in others
			if other.profile_type == ORGANIZATION
			and identity.name_key
			and other.identity.name_key == identity.name_key
		),
		None,
	)


def second(profile_type: str, first: Candidate, names_person: bool) -> Placement:
	"""Place a further party beside a profile that it belongs to but cannot join."""
	member = first.profile_type == ORGANIZATION and (profile_type == PERSON or names_person)
	if not member:
		return Placement(CREATED, SECOND_OF_PARTY if first.is_taken else NEW)
	return Placement(
		CREATED, SECOND_OF_PARTY, organization=first.name, as_person=profile_type == ORGANIZATION
	)


def type_of(full_name: str, organization_name: str) -> str:
	"""Tell a person from an organization that stands for itself: its own name is all that it has."""
	return ORGANIZATION if organization_name and same_words(full_name, organization_name) else PERSON


def is_twin(profile_type: str, identity: Identity, candidate: Candidate) -> bool:
	"""Tell whether a profile with a free link is this very party; persons are never the same by name alone."""
	if candidate.is_taken or candidate.profile_type != profile_type:
		return False
	return belongs(identity, candidate.identity, name_is_enough=profile_type == ORGANIZATION)


@dataclass(frozen=True)
class Standing:
	"""Where a sale stood before: how it ended, if it did, its step's name, whether an offer is out, its probability."""

	outcome: str = OPEN
	step: str = ""
	is_quoted: bool = False
	probability: float = 0.0


def stage_for(stages: Sequence[Stage], standing: Standing, typical: Mapping[str, float]) -> Stage | None:
	"""Return the stage of a pipeline for a sale; None where the pipeline has none that fits.

	The outcome comes first. Of the open stages: the one of the same name, else the one whose name begins with the same
	word, else the nearest in probability, else the first; and never one before the stage that an offer leads to, where
	one is out. `typical` gives the probability of steps that are known by name (in lower case).
	"""
	usable = [stage for stage in in_order(stages) if not stage.is_retired]
	fitting = [stage for stage in usable if stage.outcome == standing.outcome]
	named = next((stage for stage in fitting if same_words(stage.stage_name, standing.step)), None)
	if standing.outcome != OPEN or not fitting:
		return named or (fitting[0] if fitting else None)
	alike = named or next((stage for stage in fitting if same_start(stage.stage_name, standing.step)), None)
	found = alike or nearest(fitting, likelihood(standing, typical)) or first_stage(fitting)
	offered = next((stage for stage in fitting if stage.advance_on == "Quotation Submitted"), None)
	return furthest(found, offered) if standing.is_quoted else found


def same_words(text: str, other: str) -> bool:
	"""Tell whether two names are the same but for case and outer blanks."""
	return text.strip().casefold() == other.strip().casefold()


def same_start(text: str, other: str) -> bool:
	"""Tell whether two names begin with the same word: "Proposal/Quotation" is a "Proposal Sent"."""
	words, other_words = (re.findall(r"\w+", name.casefold()) for name in (text, other))
	return bool(words and other_words) and words[0] == other_words[0]


def likelihood(standing: Standing, typical: Mapping[str, float]) -> float | None:
	"""Return the probability in percent that an open sale is worth going by, None where none is known.

	0 and 100 say nothing about a sale that is still open: they are what nobody has filled in.
	"""
	if is_stated(standing.probability):
		return standing.probability
	return typical.get(standing.step.strip().casefold())


def is_stated(probability: float) -> bool:
	"""Tell whether a probability in percent is somebody's estimate of an open sale."""
	return 0 < probability < 100


def nearest(stages: Iterable[Stage], probability: float | None) -> Stage | None:
	"""Return the stage nearest to a probability in percent, the earlier one of two that are as near."""
	if probability is None:
		return None
	return min(stages, key=lambda stage: abs(stage.probability - probability), default=None)


def furthest(stage: Stage | None, other: Stage | None) -> Stage | None:
	"""Return the one of two stages that is further on."""
	known = [each for each in (stage, other) if each]
	return max(known, key=lambda each: each.position, default=None)


@dataclass(frozen=True)
class Row:
	"""One item of a sale: whether the item exists, its quantity and its rate in the sale's currency."""

	is_item: bool
	quantity: float
	rate: float


@dataclass(frozen=True)
class Value:
	"""What a sale was worth, in its own currency, and how it is taken over."""

	amount: float
	takes_rows: bool
	reason: str = NEW


def value_of(typed: float, rows: Sequence[Row], total: float) -> Value:
	"""Decide between a typed amount and the rows' `total`, both in the sale's currency.

	A deal's amount is the sum of its items, so rows that a deal cannot hold (no such item, no quantity, a negative
	rate) leave it with an amount alone; and rows that add up to something else than what was typed win, with a reason.
	"""
	if not rows:
		return Value(max(typed, 0.0), False)
	holds = all(row.is_item and row.quantity > 0 and row.rate >= 0 for row in rows)
	if not holds or (typed > 0 and total <= 0):
		return Value(max(typed or total, 0.0), False, ITEMS_AS_TEXT)
	differs = bool(typed) and abs(typed - total) >= 0.01
	return Value(total, True, ITEMS_DIFFER if differs else NEW)


@dataclass(frozen=True)
class Remains:
	"""What undoing finds of a record that was created: when it was last modified, then and now, and what points at it."""

	modified_then: datetime | None
	modified_now: datetime | None
	new_links: int = 0


def why_kept(remains: Remains) -> str:
	"""Return why undoing must leave a record in place, "" where it may be removed."""
	if remains.modified_now != remains.modified_then:
		return CHANGED_SINCE
	return HAS_NEW_LINKS if remains.new_links else ""


# Two roundings of one amount may lie a cent apart; what lies further apart is another amount.
ROUNDING = 0.011


@dataclass(frozen=True)
class Line:
	"""One line of the reconciliation: documents and company-currency amount, there and here.

	`off` counts the documents whose own amount is not the same in both places: sums alone can agree by chance.
	"""

	label: str
	there: int = 0
	here: int = 0
	amount_there: float = 0.0
	amount_here: float = 0.0
	currency: str = ""
	off: int = 0


@dataclass(frozen=True)
class Side:
	"""What one side counts under a label: documents, their amount, and those of them whose amount is off."""

	count: int = 0
	amount: float = 0.0
	off: int = 0

	def plus(self, other: "Side") -> "Side":
		"""Return both together."""
		return Side(self.count + other.count, self.amount + other.amount, self.off + other.off)


def compare(there: Mapping[tuple[str, str], Side], here: Mapping[tuple[str, str], Side]) -> list[Line]:
	"""Put two countings side by side; keys are (label, currency), amounts in that currency."""
	lines = []
	for label, currency in sorted({*there, *here}):
		ours, theirs = here.get((label, currency), Side()), there.get((label, currency), Side())
		off = max(ours.off, theirs.off)
		lines.append(Line(label, theirs.count, ours.count, theirs.amount, ours.amount, currency, off))
	return lines


def differs(line: Line) -> bool:
	"""Tell whether a line does not agree."""
	return line.there != line.here or line.off > 0


@dataclass(frozen=True)
class Progress:
	"""How far a run is: what was there, what was seen."""

	totals: Sequence[int] = field(default_factory=tuple)
	seen: Sequence[int] = field(default_factory=tuple)

	@property
	def percent(self) -> float:
		"""Return the share that was seen, 100 where there is nothing to see."""
		total = sum(self.totals)
		return 100.0 if total <= 0 else min(100.0, 100.0 * sum(self.seen) / total)
