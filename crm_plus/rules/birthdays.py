"""Birthdays: only month and day matter. Who was born on 29 February has theirs on the 28th in years that have no such day."""

from datetime import date, timedelta

EARLIEST = date(1850, 1, 1)
LEAP_DAY, DAY_BEFORE = "0229", "0228"
# What Frappe leaves in a date when it erases what is held on a person.
ERASED = date(1111, 1, 1)
LONGEST_YEAR = timedelta(days=366)


def key(birthday: date) -> str:
	"""Return month and day, as birthdays are looked up by."""
	return f"{birthday:%m%d}"


def in_year(birthday: date, year: int) -> date:
	"""Return on which day of a year a birthday falls."""
	try:
		return birthday.replace(year=year)
	except ValueError:  # 29 February
		return date(year, 2, 28)


def next_on(birthday: date, today: date) -> date:
	"""Return the day of the next birthday, today included."""
	this_year = in_year(birthday, today.year)
	return this_year if this_year >= today else in_year(birthday, today.year + 1)


def keys(first: date, last: date) -> list[str]:
	"""Return the keys of all birthdays that fall on a day of a period, both ends included."""
	days = (
		first + timedelta(days=number) for number in range((min(last, first + LONGEST_YEAR) - first).days + 1)
	)
	found = {key(day): True for day in days}
	if DAY_BEFORE in found:
		found[LEAP_DAY] = True  # whether the year has that day, `next_on` knows
	return list(found)


def is_possible(birthday: date, today: date) -> bool:
	"""Tell whether somebody alive or remembered can have been born on a day."""
	return EARLIEST <= birthday <= today
