"""What a dashboard of CRM Plus shows: several charts and cards in one request, kept for their reader for some minutes.

Which charts and cards these are the Desk asks first: `hooks.override_whitelisted_methods` puts `permitted_charts` and
`permitted_cards` in Frappe's place; each takes what Frappe's takes. Other dashboards are Frappe's own business.
"""

from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.desk.doctype.dashboard.dashboard import get_permitted_cards, get_permitted_charts
from frappe.model.document import Document
from frappe.utils import cint

from crm_plus.access.remembered import remembering
from crm_plus.access.shown_parts import shown_parts
from crm_plus.api import arguments, board
from crm_plus.api.arguments import refusing
from crm_plus.reports.kept_figures import KeptFigures

CHART, CARD = "Dashboard Chart", "Number Card"
OURS = "CRM Plus"
# What makes the charts that are of no report, by their Dashboard Chart Source.
SOURCES = {"CRM Plus Deals by Stage": board.stage_chart}
MOST = 30


@frappe.whitelist(methods=["POST"])
def figures(items: str | list[Any], anew: str | int | bool = False) -> list[dict[str, Any] | None]:
	"""Return what the Desk draws of each chart and card, and the time that it is of; `anew` where nothing kept will do.

	An item names its DocType, its name and the filters of the moment. Times are in the site's time zone. Of what cannot be
	told there is nothing: the Desk asks for it by itself, and is told why. Raises frappe.ValidationError,
	frappe.PermissionError for who finds nothing of CRM Plus.
	"""
	if not board.has_app_permission():
		frappe.throw(_("You have no permission to see these figures."), frappe.PermissionError)
	asked = [arguments.mapping(item) for item in arguments.several(items)]
	if len(asked) > MOST:
		frappe.throw(_("At most {0} charts and cards are asked for at a time.").format(MOST))
	with remembering() as rights:
		kept = KeptFigures(rights, anew=bool(cint(anew)))
		return [_figure(item, kept) for item in asked]


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def permitted_charts(dashboard_name: str) -> list[Any]:
	"""Return the charts of a dashboard that the caller is shown. Raises frappe.DoesNotExistError."""
	dashboard = frappe.get_cached_doc("Dashboard", dashboard_name)
	if dashboard.module != OURS or dashboard.get("chart_options"):
		return list(get_permitted_charts(dashboard_name))
	shown = shown_parts(CHART, [row.chart for row in dashboard.charts])
	return [row.as_dict() for row in dashboard.charts if row.chart in shown]


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def permitted_cards(dashboard_name: str) -> list[Any]:
	"""Return the cards of a dashboard that the caller is shown. Raises frappe.DoesNotExistError."""
	dashboard = frappe.get_cached_doc("Dashboard", dashboard_name)
	if dashboard.module != OURS:
		return list(get_permitted_cards(dashboard_name))
	shown = shown_parts(CARD, [row.card for row in dashboard.cards])
	return [row.as_dict() for row in dashboard.cards if row.card in shown]


def _figure(item: dict[str, Any], kept: KeptFigures) -> dict[str, Any] | None:
	doctype, name = str(item.get("doctype") or ""), str(item.get("name") or "")
	try:
		filters = arguments.mapping(item.get("filters"))
		make = _maker(_shown(doctype, name), filters)
		return kept.figure({"doctype": doctype, "name": name, "filters": filters}, make)
	except (frappe.ValidationError, frappe.PermissionError):
		frappe.clear_messages()
		return None


def _shown(doctype: str, name: str) -> Document:
	"""Return a chart or card that CRM Plus brought. What it shows is for who may ask for that, with Frappe as here."""
	if doctype not in (CHART, CARD):
		frappe.throw(_("A dashboard shows charts and cards alone."))
	shown = frappe.get_cached_doc(doctype, name)
	if shown.module != OURS or not shown.is_standard:
		frappe.throw(_("{0} is not a part of CRM Plus.").format(name))
	return shown


def _maker(shown: Document, filters: dict[str, Any]) -> Callable[[], Any]:
	"""Return what makes a chart or card anew, once the caller may ask for it."""
	kind = shown.type if shown.doctype == CARD else shown.chart_type
	if kind == "Report" and shown.doctype == CHART:
		report = _report(shown.report_name)
		return lambda: _drawn(report.execute_module({**filters, "chart_only": 1}))
	if kind != "Custom":
		frappe.throw(_("{0} is counted by Frappe itself.").format(shown.name))
	method = frappe.get_attr(shown.method) if shown.doctype == CARD else SOURCES[shown.source]
	frappe.is_whitelisted(method)
	return lambda: method(filters=filters)


def _report(name: str) -> Document:
	"""Return a report that the caller may run, by Frappe's own checks. Raises frappe.PermissionError."""
	report = frappe.get_cached_doc("Report", name)
	if (
		report.disabled
		or not report.is_permitted()
		or not frappe.has_permission(report.ref_doctype, "report")
	):
		frappe.throw(_("You have no permission to read the report {0}.").format(name), frappe.PermissionError)
	return report


def _drawn(answer: Any) -> dict[str, Any]:
	"""Return of a report's answer what a chart takes; the columns alone draw an empty one, and rows are shown by none."""
	columns, _rows, message, chart, summary = answer[:5]
	return {
		**{"chart": chart, "report_summary": summary, "message": message},
		**{"columns": [] if chart else columns, "result": []},
	}
