"""What becomes of a row in the ledger of reminders: sent, put off, dropped, tried again, set aside."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm_plus.rules.notices import Preference
from crm_plus.rules.reminders import is_wanted, may_come

WAITING, SENDING, SENT, FAILED = "Waiting", "Sending", "Sent", "Failed"
UNKNOWN, SET_ASIDE, DROPPED = "Unknown", "Set Aside", "Dropped"
DUE_STATUSES = (WAITING, FAILED)
RESENDABLE = (UNKNOWN, SET_ASIDE, DROPPED, FAILED)

# Minutes to wait after each failure; after the last one an administrator has to look.
PAUSES = (1, 5, 15, 60, 240)
# A call over the network that has not reported back by then never will: its worker is gone.
LOST_AFTER = timedelta(minutes=15)

SEND, WAIT, DROP = "send", "wait", "drop"


@dataclass(frozen=True)
class Delivery:
	"""One row of the ledger whose time has come. `send_after` and all other moments know their zone."""

	id: str
	event: str
	doctype: str
	name: str
	stamp: str
	user: str
	channel: str
	subject: str
	attempts: int
	send_after: datetime


@dataclass(frozen=True)
class Standing:
	"""What is true of a delivery's occasion by now: a reason against it as a code, and when it is over (None: never)."""

	against: str = ""
	over_at: datetime | None = None
	subject: str = ""


@dataclass(frozen=True)
class Verdict:
	"""What to do with a delivery: SEND, WAIT (until) or DROP (for a reason, as a code)."""

	what: str
	until: datetime | None = None
	reason: str = ""


def verdict(delivery: Delivery, standing: Standing, preference: Preference | None, now: datetime) -> Verdict:
	"""Decide over a delivery whose row says that it is due; the first reason that speaks against it counts."""
	if preference is None:
		return Verdict(DROP, reason="no user")
	if standing.against:
		return Verdict(DROP, reason=standing.against)
	if standing.over_at is not None and standing.over_at <= now:
		return Verdict(DROP, reason="over")
	if not is_wanted(delivery.event, delivery.channel, preference):
		return Verdict(DROP, reason="not wanted")
	# The row's time is the site's clock, which shows an hour twice when summer time ends.
	opens = may_come(delivery.event, preference, max(now, delivery.send_after))
	return Verdict(SEND) if opens <= now else Verdict(WAIT, until=opens)


def after_failure(attempts: int, now: datetime) -> tuple[str, datetime]:
	"""Return the status after so many attempts have failed, and when the next one is due."""
	if attempts > len(PAUSES):
		return SET_ASIDE, now
	return FAILED, now + timedelta(minutes=PAUSES[attempts - 1])


def is_lost(handed_over_on: datetime, now: datetime) -> bool:
	"""Tell whether nobody can still be at a delivery that was handed over; a clock set back counts like one gone on."""
	return abs(now - handed_over_on) > LOST_AFTER


def in_order(deliveries: Iterable[Delivery]) -> list[Delivery]:
	"""Return deliveries as one message tells them: what came due first comes first."""
	return sorted(deliveries, key=lambda one: (one.send_after, one.id))
