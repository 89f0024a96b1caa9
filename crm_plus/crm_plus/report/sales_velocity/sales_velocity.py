"""Report "Sales Velocity": days in each stage, the length of the way to a won deal, and what it brings a day."""

from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.report_scope import Scope, between, default_pipeline, scope_filters
from crm_plus.reports.sales_velocity import drill, sales_velocity
from crm_plus.reports.visits_behind import visits_behind
from crm_plus.rules.deal_stages import Stage


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	scope, group, stages, rows, total = sales_velocity(filters)
	return parts.answer(
		get_columns(group, stages),
		rows,
		total={**total, "group": _("Total"), "drill": behind_all(scope, stages)},
		currency=scope.currency,
		drawn=parts.chart(
			[row["group"] for row in rows],
			[(_(stage.stage_name), [row[stage.name] or 0 for row in rows]) for stage in stages],
			stacked=True,
		),
		summary=[
			parts.number_part(_("Won Deals"), total["won"], indicator="Green"),
			parts.number_part(_("Win Rate"), total["win_rate"], "Percent"),
			parts.amount_part(_("Average Won Deal"), total["average"] or 0, scope.currency),
			parts.number_part(
				_("Days to Win"), round(total["cycle"], 1) if total["cycle"] is not None else None, "Float"
			),
			parts.amount_part(_("Won per Day of the Way"), total["per_day"] or 0, scope.currency),
		],
	)


def behind_all(scope: Scope, stages: list[Stage]) -> parts.Row:
	"""Return the list filters behind the total."""
	pipeline = default_pipeline(scope)
	closed = {"closed_on": between(scope.first, scope.last), "pipeline": pipeline}
	return {**drill({**scope_filters(scope), **closed}), **visits_behind(scope, pipeline, stages)}


def get_columns(group: str, stages: list[Stage]) -> parts.Rows:
	"""Return the columns; one for each open stage of the pipeline, in days."""
	return [
		parts.group_column(group),
		parts.count_column("closed", _("Closed"), drill="Deal"),
		parts.count_column("won", _("Won"), drill="Deal"),
		parts.percent_column("win_rate", _("Win Rate"), drill="Deal"),
		parts.money_column("amount", _("Won Amount"), drill="Deal"),
		parts.money_column("average", _("Average Won Deal"), 140, drill="Deal"),
		parts.days_column("cycle", _("Days to Win"), drill="Deal"),
		parts.money_column("per_day", _("Won per Day of the Way"), 170, drill="Deal"),
		*(
			parts.days_column(
				stage.name, _("Days in {0}").format(_(stage.stage_name)), 140, drill="Stage Change"
			)
			for stage in stages
		),
	]
