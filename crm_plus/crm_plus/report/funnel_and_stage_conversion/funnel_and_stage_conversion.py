"""Report "Funnel and Stage Conversion": how far the deals that began in a period came, and where the others stayed."""

from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.funnel import deals_behind, funnel
from crm_plus.rules.deal_stages import LOST, OPEN

REPORT = "Funnel and Stage Conversion"
# The deals that came no further than a stage, by the column that counts them.
STAYED = {"stays": OPEN, "lost": LOST}


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; with the filters `behind` or `stayed_as` the deals that they tell of.

	Amounts in the chosen currency. Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	if any((filters or {}).get(key) for key in ("behind", "stayed_as")):
		return list_deals(dict(filters or {}))
	scope, pipeline, rows = funnel(filters)
	won = rows[-1] if rows else {}
	return parts.answer(
		get_columns(),
		[{**row, "stage": _(row["stage"]), "drill": drill(**row["drill"])} for row in rows],
		total=total_of(rows) if rows else None,
		currency=scope.currency,
		message=_("Pipeline {0}: the deals that began in the period, as far as they have come.").format(
			_(pipeline)
		)
		if rows
		else None,
		drawn=parts.chart(
			[_(row["stage"]) for row in rows], [(_("Deals"), [row["reached"] for row in rows])]
		),
		summary=[
			parts.number_part(_("Deals"), rows[0]["reached"] if rows else 0),
			parts.number_part(_("Won"), won.get("reached"), indicator="Green"),
			parts.number_part(_("Win Rate"), won.get("from_first"), "Percent"),
			parts.amount_part(_("Won Amount"), won.get("amount", 0), scope.currency, "Green"),
		],
	)


def drill(reached: dict[str, Any], days: dict[str, Any]) -> dict[str, Any]:
	"""Return the filters behind a stage's figures, from those of the deals that reached it and of the visits to it.

	Rates lead to the deals that they are a part of, or that are a part of them.
	"""
	return {
		**dict.fromkeys(("reached", "amount", "from_before", "from_first", "win_rate"), reached),
		**{key: {**reached, "stayed_as": status} for key, status in STAYED.items()},
		"days": days,
	}


def total_of(rows: parts.Rows) -> parts.Row:
	"""Return the row below the stages: all that entered the funnel, and what became of them, wherever they came to."""
	first = rows[0]
	everywhere = {**first["drill"]["reached"], "behind": ""}
	return {
		"stage": _("All Deals"),
		**{key: first[key] for key in ("reached", "amount", "win_rate")},
		**{key: sum(row[key] for row in rows) for key in STAYED},
		"drill": {
			**dict.fromkeys(("reached", "amount", "win_rate"), first["drill"]["reached"]),
			**{key: {**everywhere, "stayed_as": status} for key, status in STAYED.items()},
		},
	}


def get_columns() -> parts.Rows:
	"""Return the columns of the funnel."""
	return [
		parts.column("stage", _("Stage"), width=170),
		parts.count_column("reached", _("Reached"), 100, drill_report=REPORT),
		parts.money_column("amount", _("Amount"), drill_report=REPORT),
		parts.percent_column("from_before", _("From the Stage Before"), 160, drill_report=REPORT),
		parts.percent_column("from_first", _("From the First"), 120, drill_report=REPORT),
		parts.percent_column("win_rate", _("Won of Them"), 110, drill_report=REPORT),
		parts.count_column("stays", _("Still Here"), 100, drill_report=REPORT),
		parts.count_column("lost", _("Lost from Here"), 120, drill_report=REPORT),
		parts.days_column("days", _("Days a Visit"), drill="Stage Change"),
	]


def list_deals(filters: dict[str, Any]) -> tuple[Any, ...]:
	"""Return the deals behind a figure of the funnel."""
	scope, rows = deals_behind(filters)
	names = parts.full_names(row["deal_owner"] for row in rows)
	rows = [{**row, "owner_name": names.get(row["deal_owner"], "")} for row in rows]
	columns = [
		parts.column("name", _("Deal"), "Link", 160, options="Deal"),
		parts.column("title", _("Title"), width=240),
		parts.column("status", _("Status"), width=90),
		parts.column("stage", _("Stage"), width=160),
		parts.column("owner_name", _("Owner"), width=180),
		parts.money_column("amount", _("Amount")),
	]
	summary = [
		parts.number_part(_("Deals"), len(rows)),
		parts.amount_part(_("Amount"), sum(row["amount"] for row in rows), scope.currency),
	]
	return parts.answer(columns, rows, currency=scope.currency, summary=summary)
