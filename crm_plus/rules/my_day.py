"""What a person's day consists of: which list each promise stands in, and which deals have gone quiet.

Moments are on the person's own clock.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

OVERDUE, TODAY, SOON, LATER = "overdue", "today", "soon", "later"
DAYS_AHEAD = 7


@dataclass(frozen=True)
class Bounds:
	"""The limits of a day's lists: today's first moment, tomorrow's, and that after the days ahead."""

	today: datetime
	tomorrow: datetime
	end: datetime
	quiet_since: datetime


def bounds(now: datetime, quiet_after_days: int = 0) -> Bounds:
	"""Return the limits of the day that a moment is in.

	A deal that nobody spoke about for `quiet_after_days`, and for which nobody plans to, has gone quiet.
	"""
	today = datetime.combine(now.date(), time.min)
	return Bounds(
		today=today,
		tomorrow=today + timedelta(days=1),
		end=today + timedelta(days=1 + DAYS_AHEAD),
		quiet_since=today - timedelta(days=quiet_after_days),
	)


def list_of(due_on: datetime, now: datetime) -> str:
	"""Return the list that something due at a moment stands in. What was due earlier today is today's work still."""
	limits = bounds(now)
	if due_on < limits.today:
		return OVERDUE
	if due_on < limits.tomorrow:
		return TODAY
	return SOON if due_on < limits.end else LATER
