"""The numbers on the dashboards' cards. Number cards are asked for by POST."""

from typing import Any

import frappe

from crm_plus.reports import cards


@frappe.whitelist(methods=["GET", "POST"])
def won_this_month() -> dict[str, Any]:
	"""What the caller's company won this month, in its currency, of the deals that the caller may read."""
	return cards.won_this_month()


@frappe.whitelist(methods=["GET", "POST"])
def win_rate() -> dict[str, Any]:
	"""What part of the deals closed in the last 90 days was won, of those that the caller may read."""
	return cards.win_rate()


@frappe.whitelist(methods=["GET", "POST"])
def forecast_this_month() -> dict[str, Any]:
	"""What this month will bring by probability, against what the last snapshot of the month before said."""
	return cards.forecast_this_month()


@frappe.whitelist(methods=["GET", "POST"])
def collected_this_month() -> dict[str, Any]:
	"""What is paid of this month's invoices of deals that the caller may read."""
	return cards.collected_this_month()


@frappe.whitelist(methods=["GET", "POST"])
def new_customers() -> dict[str, Any]:
	"""How many customer profiles came this month, of those that the caller may read."""
	return cards.new_customers()


@frappe.whitelist(methods=["GET", "POST"])
def interactions_this_week() -> dict[str, Any]:
	"""How many interactions took place in the last seven days, of those that the caller may read."""
	return cards.interactions_this_week()


@frappe.whitelist(methods=["GET", "POST"])
def follow_ups_done() -> dict[str, Any]:
	"""How many follow-ups were done in the last seven days, of those that the caller may read."""
	return cards.follow_ups_done()
