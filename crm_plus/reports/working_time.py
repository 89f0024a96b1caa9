"""The seconds between two times that fall on working days: those of a company's Holiday List do not count.

Times and days are the site's. A working day counts whole, from midnight to midnight.
"""

from collections.abc import Sequence
from datetime import date

import frappe
from pypika import Case, CustomFunction
from pypika.functions import Floor
from pypika.terms import Function, Term

from crm_plus.reports.report_functions import SECONDS_IN_DAY, seconds_between
from crm_plus.rules.response_time import weekends

# MariaDB's TO_DAYS counts from the year 0, Python from the year 1.
FROM_YEAR_0 = 365
DAY_NUMBER = CustomFunction("TO_DAYS", ["day"])
NOT_BELOW = CustomFunction("GREATEST", ["value", "least"])
SECONDS_OF_DAY = CustomFunction("TIME_TO_SEC", ["moment"])


def closed_days(company: str, first: date, last: date) -> list[date]:
	"""Return the days of a period on which a company does not work, in order: its holidays, else the weekends."""
	name = frappe.get_cached_value("Company", company, "default_holiday_list") if company else None
	if not name:
		return weekends(first, last)
	of_list = {"parent": name, "parenttype": "Holiday List", "holiday_date": ["between", [first, last]]}
	return sorted(set(frappe.get_all("Holiday", of_list, pluck="holiday_date")))


def working_seconds(start: Term, end: Term, closed: Sequence[date]) -> Term:
	"""The seconds from one time to another, less those on closed days; nothing where either is missing."""
	elapsed = seconds_between(start, end)
	if not closed:
		return elapsed
	numbers = [day.toordinal() + FROM_YEAR_0 for day in closed]
	# Parts of a second are cut off three times: nothing took less than nothing.
	return NOT_BELOW(elapsed - _closed_seconds(end, numbers) + _closed_seconds(start, numbers), 0)


def _closed_seconds(moment: Term, numbers: list[int]) -> Term:
	"""The seconds on closed days before a time; MariaDB finds the place of its day among them by halves."""
	before = Function("INTERVAL", DAY_NUMBER(moment) - 1, *numbers) * SECONDS_IN_DAY
	on_closed = DAY_NUMBER(moment).isin(numbers)
	return before + Case().when(on_closed, Floor(SECONDS_OF_DAY(moment))).else_(0)
