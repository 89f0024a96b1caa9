"""Which deal an invoice without one most likely belongs to, and why.

Nothing is guessed across parties or companies. A document behind the invoice that names a deal (its order, the invoice that
it returns) decides; otherwise amounts, dates and currency are weighed into a confidence from 0 to 100, and nothing below
`MIN_CONFIDENCE` is proposed. Amounts are in company currency; floats do, since they are compared and never added up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

MIN_CONFIDENCE = 60
# Candidates this close to the best one count as equal to it: none of them is preferred.
CLEAR_LEAD = 5
# A party with more deals than this is a till or a house account: only its newest deals are weighed.
MAX_CANDIDATES = 40

PARTY_POINTS = 25
EQUAL_AMOUNT_POINTS = 45
FITTING_AMOUNT_POINTS = 15
DATE_POINTS = 20
CURRENCY_POINTS = 10
LOST_PENALTY = 30

EQUAL_WITHIN = 0.005
CLOSE_WITHIN = 0.2
DAYS_TOO_FAR = 120
# An amount that merely fits is enough so near to a deal's time alone, and of no lost deal at all.
FITTING_DAYS = (
	(PARTY_POINTS + FITTING_AMOUNT_POINTS + DATE_POINTS + CURRENCY_POINTS - MIN_CONFIDENCE)
	* DAYS_TOO_FAR
	// DATE_POINTS
)


class Reason(Enum):
	"""Why a deal is proposed; the caller turns the code into a translated word."""

	NAMED = "named by its order or original invoice"
	AMOUNT_EQUAL = "same amount"
	AMOUNT_CLOSE = "close amount"
	AMOUNT_FITS = "part of the amount that is not billed yet"
	DATES_MEET = "within the deal's time"
	DATES_NEAR = "near the deal's time"
	SAME_CURRENCY = "same currency"
	DEAL_LOST = "the deal is lost"


@dataclass(frozen=True, slots=True)
class Invoice:
	"""An invoice that names no deal; `named_deals` are the deals that the documents behind it name."""

	name: str
	party: str
	company: str
	currency: str
	total: float
	net_total: float
	posted_on: date
	named_deals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Expected:
	"""Which totals the next invoice of a deal may have, taxes in and taxes out, and how much is left to invoice."""

	totals: tuple[float, ...] = ()
	net_totals: tuple[float, ...] = ()
	unbilled: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
	"""A deal that may be billed. Its time runs from `opened_on` to `closes_on`."""

	name: str
	party: str
	company: str
	currency: str
	expected: Expected
	opened_on: date
	closes_on: date | None = None
	is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Score:
	"""How likely one deal is."""

	deal: str
	confidence: int
	reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
	"""What to show for an invoice: one deal, or several that are equally likely and therefore none (`deal` is empty)."""

	deal: str = ""
	confidence: int = 0
	reasons: tuple[Reason, ...] = ()
	rivals: tuple[str, ...] = ()


NOTHING = Proposal()
UNLIKELY = Score("", 0, ())


def expect(amount: float, quoted: float, ordered: float, invoiced: float) -> Expected:
	"""Return what the next invoice of a deal may amount to.

	`amount` is the deal's own, which people type with or without taxes; the others are taxes in. What is ordered and what
	is quoted tell more than the deal's amount, and what is invoiced already is not expected again.
	"""
	billed_before = max(invoiced, 0.0)
	worth = (ordered, quoted) if ordered > 0 or quoted > 0 else (amount,)
	left = tuple(one - billed_before for one in worth if one > billed_before)
	typed = (amount,) if billed_before == 0 and amount > 0 else ()
	return Expected((*left, *typed), typed, max(left, default=0.0))


def propose(invoice: Invoice, candidates: Iterable[Candidate]) -> Proposal:
	"""Weigh every candidate and return the one that clearly leads, the equals that lead together, or `NOTHING`."""
	scores = [score(invoice, candidate) for candidate in candidates if is_possible(invoice, candidate)]
	likely = sorted(
		(one for one in scores if one.confidence >= MIN_CONFIDENCE),
		key=lambda one: (-one.confidence, one.deal),
	)
	if not likely:
		return NOTHING
	best = likely[0]
	equals = [one.deal for one in likely if one.confidence > best.confidence - CLEAR_LEAD]
	if len(equals) > 1:
		return Proposal(confidence=best.confidence, rivals=tuple(sorted(equals)))
	return Proposal(best.deal, best.confidence, best.reasons)


def is_possible(invoice: Invoice, candidate: Candidate) -> bool:
	"""Tell whether a deal may be linked at all: the same known party and the same company."""
	return bool(invoice.party) and invoice.party == candidate.party and invoice.company == candidate.company


def score(invoice: Invoice, candidate: Candidate) -> Score:
	"""Return how likely a possible deal is, `UNLIKELY` where it cannot be proposed whatever else fits.

	A return is matched by the documents behind it alone.
	"""
	if invoice.named_deals:
		is_named = candidate.name in invoice.named_deals
		return Score(candidate.name, 100, (Reason.NAMED,)) if is_named else UNLIKELY
	return weigh(invoice, candidate) if invoice.total > 0 else UNLIKELY


def weigh(invoice: Invoice, candidate: Candidate) -> Score:
	"""Add up amount, dates and currency. Runs for each invoice and each deal of its party: the cheap way out comes first."""
	amount, *reasons = amount_points(invoice, candidate)
	if not amount:
		return UNLIKELY
	dates, dates_reason = date_points(invoice.posted_on, candidate)
	confidence = PARTY_POINTS + amount + dates
	reasons.append(dates_reason)
	if invoice.currency == candidate.currency:
		confidence += CURRENCY_POINTS
		reasons.append(Reason.SAME_CURRENCY)
	if candidate.is_lost:
		confidence -= LOST_PENALTY
		reasons.append(Reason.DEAL_LOST)
	if confidence < MIN_CONFIDENCE:
		return UNLIKELY
	return Score(candidate.name, confidence, tuple(reason for reason in reasons if reason))


def amount_points(invoice: Invoice, candidate: Candidate) -> tuple[int, Reason | None]:
	"""Weigh the invoice's total, and its net total, against the totals that the deal lets expect."""
	gap = min(
		relative_gap(invoice.total, candidate.expected.totals),
		relative_gap(invoice.net_total, candidate.expected.net_totals),
	)
	if gap <= EQUAL_WITHIN:
		return EQUAL_AMOUNT_POINTS, Reason.AMOUNT_EQUAL
	if gap < CLOSE_WITHIN:
		reach = EQUAL_AMOUNT_POINTS - FITTING_AMOUNT_POINTS
		return FITTING_AMOUNT_POINTS + int(reach * (1 - gap / CLOSE_WITHIN)), Reason.AMOUNT_CLOSE
	if invoice.total <= candidate.expected.unbilled * (1 + EQUAL_WITHIN):
		return FITTING_AMOUNT_POINTS, Reason.AMOUNT_FITS
	return 0, None


def relative_gap(amount: float, expected: Sequence[float]) -> float:
	"""Return how far `amount` is from the nearest expected one, as a part of the larger of the two, 1 at most."""
	nearest, size = 1.0, abs(amount)
	for one in expected:
		if one > 0:
			gap = abs(amount - one) / (size if size > one else one)
			if gap < nearest:
				nearest = gap
	return nearest


def date_points(posted_on: date, candidate: Candidate) -> tuple[int, Reason | None]:
	"""Weigh how far the posting date is from the deal's time; before it was opened or after it closed count alike."""
	opened_on, closes_on = candidate.opened_on, candidate.closes_on
	if posted_on < opened_on:
		days = (opened_on - posted_on).days
	elif closes_on and posted_on > max(closes_on, opened_on):
		days = (posted_on - max(closes_on, opened_on)).days
	else:
		return DATE_POINTS, Reason.DATES_MEET
	if days >= DAYS_TOO_FAR:
		return 0, None
	return DATE_POINTS * (DAYS_TOO_FAR - days) // DAYS_TOO_FAR, Reason.DATES_NEAR


def shortlist(candidates: Iterable[Candidate]) -> list[Candidate]:
	"""Return the candidates of one party that are worth weighing: the newest `MAX_CANDIDATES`, lost ones last."""
	newest = sorted(candidates, key=lambda one: (not one.is_lost, one.opened_on, one.name), reverse=True)
	return newest[:MAX_CANDIDATES]
