"""The days on which a company does not work."""

from datetime import date, timedelta

import frappe

# As far as anybody plans a follow-up from one day.
DAYS_AHEAD = 800
WEEKEND = (5, 6)


def company_of(deal: str | None) -> str | None:
	"""Return the company whose Holiday List counts: the deal's, else the user's or the site's own."""
	company = frappe.db.get_value("Deal", deal, "company") if deal else None
	return company or frappe.defaults.get_user_default("Company")


def holidays(company: str | None, start: date) -> frozenset[date]:
	"""Return the holidays of a company's Holiday List from a day on; weekends where it has none."""
	name = frappe.get_cached_value("Company", company, "default_holiday_list") if company else None
	if not name:
		days = (start + timedelta(days=ahead) for ahead in range(DAYS_AHEAD))
		return frozenset(day for day in days if day.weekday() in WEEKEND)
	of_list = {"parent": name, "parenttype": "Holiday List", "holiday_date": [">=", start]}
	return frozenset(frappe.get_all("Holiday", of_list, pluck="holiday_date"))
