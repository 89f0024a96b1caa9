"""The dashboards at full scale, each opened whole as the Desk opens it: all its charts and all its cards.

Beside each ERPNext's own CRM dashboard, its seven charts and four cards, on the same site.
"""

import json
import re
from typing import Any

import frappe
from measuring import Case, Operation

OURS = ("CRM Plus Sales", "CRM Plus Activity", "CRM Plus Customers", "CRM Plus Service")
THEIRS = "CRM"
SOURCES = {"CRM Plus Deals by Stage": "crm_plus.api.board.stage_chart"}


def dashboard_cases() -> list[Case]:
	"""Return the dashboards that the site has."""
	theirs = opened(THEIRS, "dashboard: ERPNext's CRM")
	return [
		Case(opened(name, f"dashboard: {name}"), theirs)
		for name in OURS
		if frappe.db.exists("Dashboard", name)
	]


def opened(name: str, title: str) -> Operation:
	"""Return the opening of a dashboard."""
	return Operation(title, lambda _nothing: open_dashboard(name))


def open_dashboard(name: str) -> list[Any]:
	"""Ask for everything that a dashboard shows; what the user may not see he is not shown, as in the Desk."""
	from frappe.desk.doctype.dashboard.dashboard import get_permitted_cards, get_permitted_charts

	company = frappe.defaults.get_user_default("Company")
	charts = [open_chart(chart.chart, company) for chart in get_permitted_charts(name)]
	return [*charts, *(open_card(card.card, company) for card in get_permitted_cards(name))]


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
	"""Ask for one chart, computed anew, for the period that it is set to and the user's company, as the Desk does."""
	from frappe.desk.doctype.dashboard_chart import dashboard_chart
	from frappe.desk.query_report import run

	chart = frappe.get_doc("Dashboard Chart", name)
	filters, dynamic = json.loads(chart.filters_json or "{}"), dynamic_filters(chart, company)
	if chart.chart_type == "Report":
		filters = {**filters, **(dynamic or {}), "company": company, "chart_only": 1}
		return {"chart": run(chart.report_name, filters=filters, ignore_prepared_report=True)}
	if chart.chart_type == "Custom":
		return {"chart": frappe.get_attr(SOURCES[chart.source])(filters=json.dumps({"company": company}))}
	filters = [*filters, *(dynamic or [[chart.document_type, "company", "=", company]])]
	return {"chart": dashboard_chart.get(chart_name=name, filters=json.dumps(filters), refresh=1)}


def open_card(name: str, company: str) -> Any:
	"""Ask for one card, and for its change against the period before where it shows that."""
	from frappe.desk.doctype.number_card.number_card import get_percentage_difference, get_result

	card = frappe.get_doc("Number Card", name)
	if card.type == "Custom":
		return {"card": frappe.get_attr(card.method)(filters={"company": company})}
	filters = json.loads(card.filters_json or "[]")
	if card.document_type != "Customer Profile":
		filters = [*filters, [card.document_type, "company", "=", company]]
	result = get_result(card.as_dict(), json.dumps(filters))
	if not card.show_percentage_stats:
		return {"card": result}
	change = get_percentage_difference(card.as_dict(), json.dumps(filters), result)
	return {"card": result, "change": change}
