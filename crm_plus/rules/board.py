"""What the Pipeline Board's filters mean."""

from __future__ import annotations

from datetime import date, timedelta

PERIODS = ("", "overdue", "this_month", "next_month", "this_quarter", "this_year", "custom")


def period_bounds(
	period: str, today: date, first: date | None = None, last: date | None = None
) -> tuple[date | None, date | None]:
	"""The first and the last day (both included) of a period of calendar months; None is an open end.

	`first` and `last` count for the period "custom" alone. Raises ValueError for an unknown period and for a
	custom one that ends before it begins.
	"""
	if period not in PERIODS:
		raise ValueError("unknown period")
	if period == "custom":
		if first and last and last < first:
			raise ValueError("period ends before it begins")
		return first, last
	if period == "overdue":
		return None, today - timedelta(days=1)
	return _calendar_period(period, today)


def _calendar_period(period: str, today: date) -> tuple[date | None, date | None]:
	month = today.year * 12 + today.month - 1
	starts = {
		"this_month": (month, 1),
		"next_month": (month + 1, 1),
		"this_quarter": (month - month % 3, 3),
		"this_year": (today.year * 12, 12),
	}
	if period not in starts:
		return None, None
	start, months = starts[period]
	return _first_day(start), _first_day(start + months) - timedelta(days=1)


def _first_day(month: int) -> date:
	"""The first day of a month counted from year 0."""
	return date(month // 12, month % 12 + 1, 1)
