"""The periods that reports speak of: first and last day included, cut into calendar months."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

LONGEST_YEARS = 20
# Of days before and after these no report tells; what it reckons with lies before and after its period.
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class Period:
	"""From the first to the last day, both included; `key` sorts as time does (YYYY-MM for a month)."""

	key: str
	first: date
	last: date


def problem(first: date, last: date) -> str:
	"""Return the code of what is wrong with a period, "" where nothing is."""
	if last < first:
		return "backwards"
	return "too_long" if last.year - first.year > LONGEST_YEARS else ""


def month_key(day: date) -> str:
	"""Return the month of a day as YYYY-MM."""
	return f"{day:%Y-%m}"


def month_of(day: date) -> Period:
	"""Return the calendar month that a day lies in."""
	last = monthrange(day.year, day.month)[1]
	return Period(month_key(day), day.replace(day=1), day.replace(day=last))


def next_month(day: date, count: int = 1) -> date:
	"""Return the first day of the month `count` months after a day's; earlier where the count is negative."""
	number = day.year * 12 + day.month - 1 + count
	return date(number // 12, number % 12 + 1, 1)


def months(first: date, last: date) -> list[Period]:
	"""Return the months of a period, the first and the last one cut to it."""
	found, day = [], first
	while day <= last:
		whole = month_of(day)
		found.append(Period(whole.key, day, min(whole.last, last)))
		day = whole.last + timedelta(days=1)
	return found


def before(first: date, last: date) -> tuple[date, date]:
	"""Return the period just before: as many months where it is whole months, else as many days."""
	is_whole = first.day == 1 and last == month_of(last).last
	end = first - timedelta(days=1)
	if not is_whole:
		return end - (last - first), end
	count = len(months(first, last))
	return next_month(first, -count), end


def days_of_weeks_to_drop(days: list[date], daily_since: date) -> list[date]:
	"""Return which days to forget so that of each week before `daily_since` only its last day there is stays."""
	kept: dict[tuple[int, int], date] = {}
	old = sorted(day for day in days if day < daily_since)
	for day in old:
		year, week, _weekday = day.isocalendar()
		kept[year, week] = day
	stays = set(kept.values())
	return [day for day in old if day not in stays]


def month_so_far(day: date) -> tuple[Period, Period]:
	"""Return the month up to a day, and the month before up to the same day of it (its last one where it is shorter)."""
	before = month_of(next_month(day, -1))
	same_day = before.first + timedelta(days=min(day.day, before.last.day) - 1)
	now = month_of(day)
	return Period(now.key, now.first, day), Period(before.key, before.first, same_day)


def days_so_far(day: date, count: int) -> tuple[Period, Period]:
	"""Return the last `count` days up to a day, and as many before them."""
	first = day - timedelta(days=count - 1)
	return Period("now", first, day), Period(
		"before", first - timedelta(days=count), first - timedelta(days=1)
	)
