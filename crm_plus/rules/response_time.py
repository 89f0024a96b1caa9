"""What counts as answered in time. Seconds are those of working days; nobody is late for a day on which nobody works."""

from dataclasses import dataclass
from datetime import date, timedelta

WEEKEND = (5, 6)
# A target beyond this is no target.
LONGEST_TARGET_HOURS = 24 * 366
SECONDS_IN_HOUR = 3600


@dataclass(frozen=True)
class Outcome:
	"""The codes of what became of a message: the first three add up to all of them, so do the last two."""

	in_time: str = "In Time"
	late: str = "Late"
	ahead: str = "Still Ahead"
	answered: str = "Answered"
	waiting: str = "Waiting"


OUTCOME = Outcome()
OUTCOMES = (OUTCOME.in_time, OUTCOME.late, OUTCOME.ahead, OUTCOME.answered, OUTCOME.waiting)


def target_seconds(hours: float) -> int | None:
	"""Return a target in seconds, None for hours that are none."""
	return int(hours * SECONDS_IN_HOUR) if 0 < hours <= LONGEST_TARGET_HOURS else None


def weekends(first: date, last: date) -> list[date]:
	"""Return the Saturdays and Sundays of a period, which are free where a company says nothing else."""
	days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
	return [day for day in days if day.weekday() in WEEKEND]


def place(count: int, tenths: int) -> int:
	"""Return which one of so many, the shortest first and counted from 1, so many tenths do not exceed."""
	return -(-count * tenths // 10)
