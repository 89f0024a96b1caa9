"""The dashboards at full scale, each opened whole as the Desk opens it: all its charts and all its cards.

Beside each ERPNext's own CRM dashboard, its seven charts and four cards, on the same site.
"""

import json
import re
from functools import partial
from typing import Any

import frappe
from measuring import Case, Operation

OURS = ("CRM Plus Sales", "CRM Plus Activity", "CRM Plus Customers", "CRM Plus Service")
THEIRS = "CRM"
# As the Desk does, kept_figures.js: so many charts and cards go in one request.
TOGETHER = 6


def dashboard_cases() -> list[Case]:
	"""Return the dashboards that the site has: opened for the first time, with nothing kept, and opened again."""
	theirs = Operation("dashboard: ERPNext's CRM", lambda _nothing: open_theirs())
	return [
		Case(Operation(f"dashboard: {name}, {words}", partial(open_ours, name, anew=anew)), theirs)
		for name in OURS
		if frappe.db.exists("Dashboard", name)
		for words, anew in (("first opening", True), ("opened again", False))
	]


def open_ours(name: str, _nothing: Any, *, anew: bool) -> list[Any]:
	"""Ask for everything that a dashboard of ours shows, as the Desk does; `anew` as where nothing is kept.

	What is known of the reader's rights ends with each of the Desk's requests, of which several come here.
	"""
	from crm_plus.api.dashboards import figures

	company = frappe.defaults.get_user_default("Company")
	items = [*card_items(name, company), *map(partial(chart_item, company=company), charts(name))]
	found = []
	for first in range(0, len(items), TOGETHER):
		found += figures(items[first : first + TOGETHER], anew=anew)
	refused = [item["name"] for item, figure in zip(items, found, strict=True) if not figure]
	if refused:
		raise AssertionError(f"{name} does not show {refused}")
	return [{item["doctype"]: figure["answer"]} for item, figure in zip(items, found, strict=True)]


def charts(name: str) -> list[str]:
	"""Return the charts of a dashboard that the user is shown, as the Desk asks for them."""
	from crm_plus.api.dashboards import permitted_charts

	return [chart.chart for chart in permitted_charts(name)]


def cards(name: str) -> list[str]:
	"""Return the cards of a dashboard that the user is shown, as the Desk asks for them."""
	from crm_plus.api.dashboards import permitted_cards

	return [card.card for card in permitted_cards(name)]


def chart_item(name: str, company: str) -> dict[str, Any]:
	"""Return a chart as the Desk asks for it: for the period that it is set to and the user's company."""
	chart = frappe.get_cached_doc("Dashboard Chart", name)
	filters = {**json.loads(chart.filters_json or "{}"), **dynamic_filters(chart, company)}
	return {"doctype": "Dashboard Chart", "name": name, "filters": {**filters, "company": company}}


def card_items(name: str, company: str) -> list[dict[str, Any]]:
	"""Return the cards of a dashboard as the Desk asks for them."""
	return [{"doctype": "Number Card", "name": card, "filters": {"company": company}} for card in cards(name)]


def open_theirs() -> list[Any]:
	"""Ask for everything that ERPNext's dashboard shows; what the user may not see he is not shown, as in the Desk."""
	company = frappe.defaults.get_user_default("Company")
	shown = [open_chart(chart, company) for chart in charts(THEIRS)]
	return [*shown, *(open_card(card, company) for card in cards(THEIRS))]


def evaluated(expression: Any, company: str) -> Any:
	"""Return what the Desk makes of a dynamic filter, of the few that charts are set to. Raises ValueError for another."""
	text = str(expression).replace("frappe.datetime.get_today()", "today").strip()
	days = re.fullmatch(r"(?:frappe\.datetime\.add_days\(today, (-?\d+)\)|today)", text)
	if days:
		return frappe.utils.add_days(frappe.utils.today(), int(days[1] or 0))
	if re.fullmatch(r"frappe\.defaults\.get_user_default\(.Company.\)", text):
		return company
	raise ValueError(f"The benchmark cannot evaluate {expression}")


def dynamic_filters(chart: Any, company: str) -> Any:
	"""Return a chart's filters of the moment: a mapping of a report's, a list of a DocType's, as its own are."""
	found = json.loads(chart.dynamic_filters_json or "{}")
	if isinstance(found, dict):
		return {key: evaluated(value, company) for key, value in found.items()}
	return [[*row[:3], evaluated(row[3], company)] for row in found]


def open_chart(name: str, company: str) -> Any:
	"""Ask for one chart of ERPNext's, computed anew, for the period that it is set to and the user's company, as the Desk does."""
	from frappe.desk.doctype.dashboard_chart import dashboard_chart
	from frappe.desk.query_report import run

	chart = frappe.get_doc("Dashboard Chart", name)
	filters, dynamic = json.loads(chart.filters_json or "{}"), dynamic_filters(chart, company)
	if chart.chart_type == "Report":
		filters = {**filters, **(dynamic or {}), "company": company}
		return {"chart": run(chart.report_name, filters=filters, ignore_prepared_report=True)}
	filters = [*filters, *(dynamic or [[chart.document_type, "company", "=", company]])]
	return {"chart": dashboard_chart.get(chart_name=name, filters=json.dumps(filters), refresh=1)}


def open_card(name: str, company: str) -> Any:
	"""Ask for one card of ERPNext's, and for its change against the period before where it shows that."""
	from frappe.desk.doctype.number_card.number_card import get_percentage_difference, get_result

	card = frappe.get_doc("Number Card", name)
	filters = json.loads(card.filters_json or "[]")
	if card.document_type != "Customer Profile":
		filters = [*filters, [card.document_type, "company", "=", company]]
	result = get_result(card.as_dict(), json.dumps(filters))
	if not card.show_percentage_stats:
		return {"card": result}
	change = get_percentage_difference(card.as_dict(), json.dumps(filters), result)
	return {"card": result, "change": change}
