"""The numbers on the dashboards' cards, narrowed to a dashboard's company and team. Number cards are asked for by POST."""

from typing import Any

import frappe

from crm_plus.api import arguments
from crm_plus.reports import cards, service_cards


@frappe.whitelist(methods=["GET", "POST"])
def won_this_month(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""What the caller's company won this month, in its currency, of the deals that the caller may read."""
	return cards.won_this_month(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def win_rate(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""What part of the deals closed in the last 90 days was won, of those that the caller may read."""
	return cards.win_rate(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def forecast_this_month(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""What this month will bring by probability, against what the last snapshot of the month before said."""
	return cards.forecast_this_month(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def collected_this_month(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""What came in this month, without taxes, on invoices of deals that the caller may read."""
	return cards.collected_this_month(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def new_customers(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""How many customer profiles came this month, of those that the caller may read."""
	return cards.new_customers(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def interactions_this_week(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""How many interactions took place in the last seven days, of those that the caller may read."""
	return cards.interactions_this_week(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def follow_ups_done(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""How many follow-ups were done in the last seven days, of those that the caller may read."""
	return cards.follow_ups_done(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def support_requests(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""How many requests and complaints came in within the last seven days, of those that the caller may read."""
	return service_cards.support_requests(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def median_response(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""The working hours within which half of the last seven days' messages were answered."""
	return service_cards.median_response(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def answered_in_time(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""What part of the last seven days' messages was answered within 24 working hours."""
	return service_cards.answered_in_time(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def waiting_customers(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""How many messages of the last 30 days wait for an answer, of those that the caller may read."""
	return service_cards.waiting_customers(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def tickets_opened(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""How many of ERPNext's tickets were opened in the last seven days; None where it has none any more."""
	return service_cards.tickets_opened(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def active_customers(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""How many customers buy, of those that the caller may read."""
	return service_cards.active_customers(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def risky_customers(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""How many customers are at risk, of those that the caller may read."""
	return service_cards.risky_customers(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def open_deals(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""How many deals are open, of those that the caller may read."""
	return cards.deals_in_work(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def deals_without_next_step(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""How many open deals have no follow-up, of those that the caller may read."""
	return cards.deals_without_next_step(arguments.mapping(filters))


@frappe.whitelist(methods=["GET", "POST"])
def rotten_deals(filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""How many open deals stayed too long in their stage, of those that the caller may read."""
	return cards.rotten_deals(arguments.mapping(filters))
