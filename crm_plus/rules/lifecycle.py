"""Where a profile stands in its life with us, decided from facts and from what a person chose."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum


class Phase(Enum):
	"""A step of the lifecycle; the values are those of the profile's field."""

	NEW = "Lead"
	COURTED = "Prospect"
	BUYING = "Active"
	AT_RISK = "At Risk"
	DORMANT = "Inactive"
	GONE = "Lost"


# What time without a purchase does, in this order.
DECLINE = (Phase.BUYING, Phase.AT_RISK, Phase.DORMANT, Phase.GONE)


@dataclass(frozen=True)
class Thresholds:
	"""Days without a purchase after which a customer declines; 0 means never."""

	at_risk_after_days: int = 90
	inactive_after_days: int = 180
	lost_after_days: int = 0


@dataclass(frozen=True)
class Facts:
	"""What is known about a profile. Times are those of the site."""

	courted: bool = False  # it has a deal, or is an accounting party already
	last_deal_at: datetime | None = None  # when its newest deal was created
	last_purchase_on: date | None = None  # date of its newest order or invoice
	last_purchase_at: datetime | None = None  # when that order or invoice was entered


@dataclass(frozen=True)
class Standing:
	"""The phase that a profile is in, and when a person chose it; None where facts did."""

	phase: Phase
	chosen_at: datetime | None = None


def from_facts(facts: Facts, thresholds: Thresholds, today: date) -> Phase:
	"""Return the phase that the facts alone give on a day."""
	if facts.last_purchase_on:
		return after_days((today - facts.last_purchase_on).days, thresholds)
	return Phase.COURTED if facts.courted else Phase.NEW


def after_days(days: int, thresholds: Thresholds) -> Phase:
	"""Return the phase of a customer so many days after the last purchase; the furthest limit that is passed counts."""
	limits = (
		(thresholds.lost_after_days, Phase.GONE),
		(thresholds.inactive_after_days, Phase.DORMANT),
		(thresholds.at_risk_after_days, Phase.AT_RISK),
	)
	return next((phase for limit, phase in limits if 0 < limit <= days), Phase.BUYING)


def decide(standing: Standing, facts: Facts, thresholds: Thresholds, today: date) -> Standing:
	"""Return where the profile stands now.

	The rule for a choice made by hand: it stands until a new fact. New facts are a deal created or a purchase entered
	after the choice (a come-back), and time: a limit passed since the choice, if it leads further down than what was
	chosen. A customer declared lost is thus not called back by a limit, and one declared active declines again.
	"""
	wanted = from_facts(facts, thresholds, today)
	if standing.chosen_at is None or has_news(facts, standing.chosen_at):
		return Standing(wanted)
	before = from_facts(facts, thresholds, standing.chosen_at.date())
	declined = wanted != before and is_further_down(wanted, standing.phase)
	return Standing(wanted) if declined else standing


def has_news(facts: Facts, since: datetime) -> bool:
	"""Tell whether a deal or a purchase came after a time."""
	return any(at is not None and at > since for at in (facts.last_deal_at, facts.last_purchase_at))


def is_further_down(phase: Phase, other: Phase) -> bool:
	"""Tell whether a phase of decline is beyond another phase; before the first purchase nothing declines."""
	if phase not in DECLINE or other not in DECLINE:
		return False
	return DECLINE.index(phase) > DECLINE.index(other)
