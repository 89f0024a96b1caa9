"""Report "Forecast by History": what open deals bring by the site's own rates, with a range, beside their probabilities."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import fmt_money

from crm_plus.reports import report_parts as parts
from crm_plus.reports.deal_visits import History
from crm_plus.reports.forecast_by_history import LONGEST_MONTHS, Ahead, forecast_by_history
from crm_plus.reports.history_deals import MOST_ROWS, likely_deals
from crm_plus.reports.history_rates import owner_rows, stage_rows
from crm_plus.reports.report_scope import Scope
from crm_plus.rules.deal_history import LEAST_CLOSED, LEAST_WON, enough
from crm_plus.rules.periods import next_month
from crm_plus.rules.quoted_text import quoted

REPORT, FORECAST = "Forecast by History", "Sales Forecast"
VIEWS = ("Months", "Deals", "Stages", "Owners")


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	show = str((filters or {}).get("show") or VIEWS[0])
	if show not in VIEWS:
		frappe.throw(_("The report cannot show {0}: choose another one.").format(quoted(show)))
	lists = {"Months": list_months, "Deals": list_deals, "Stages": list_stages, "Owners": list_owners}
	return lists[show](filters)


def list_months(filters: dict[str, Any] | None) -> tuple[Any, ...]:
	"""Return what the months bring."""
	scope, history, ahead, rows, total = forecast_by_history(filters)
	if not knows_enough(history):
		return parts.answer(get_columns(), [], message=too_little(history))
	return parts.answer(
		get_columns(),
		rows,
		total={**total, "month": _("Total")},
		currency=scope.currency,
		message=said_of_history(scope, history, ahead),
		drawn=get_chart(rows, scope.currency),
		summary=[
			parts.amount_part(_("Won"), total["won"], scope.currency, "Green"),
			parts.amount_part(_("By Stage Probability"), total["by_stage"], scope.currency),
			parts.amount_part(_("By History"), total["expected"], scope.currency, "Blue"),
			parts.amount_part(_("At Least, in 9 of 10"), total["low"], scope.currency),
			parts.amount_part(_("At Most, in 9 of 10"), total["high"], scope.currency),
		],
	)


def get_columns() -> parts.Rows:
	"""Return the columns."""
	return [
		parts.column("month", _("Month"), width=130),
		parts.money_column("won", _("Won"), drill="Deal"),
		parts.money_column("open", _("To Close"), drill="Deal"),
		parts.money_column("by_stage", _("By Stage Probability"), 170, drill_report=FORECAST),
		parts.money_column("expected", _("By History"), 140, drill_report=REPORT),
		parts.money_column("low", _("At Least, in 9 of 10"), 160, drill_report=REPORT),
		parts.money_column("high", _("At Most, in 9 of 10"), 160, drill_report=REPORT),
		parts.column("deals", _("Deals to Be Won"), "Float", 140, precision=1, drill_report=REPORT),
	]


def get_chart(rows: parts.Rows, currency: str) -> parts.Row:
	"""Return both forecasts as bars, and the range as two lines around the one by history."""
	figures = (
		("by_stage", _("By Stages"), "bar"),
		("expected", _("By History"), "bar"),
		("low", _("At Least"), "line"),
		("high", _("At Most"), "line"),
	)
	drawn = parts.chart(
		[row["month"] for row in rows],
		[(label, [row[key] for row in rows]) for key, label, _kind in figures],
		currency=currency,
		kind="axis-mixed",
	)
	for dataset, (_key, _label, kind) in zip(drawn["data"]["datasets"], figures, strict=True):
		dataset["chartType"] = kind
	grey, blue, green, orange = parts.COLORS[5], parts.COLORS[0], parts.COLORS[1], parts.COLORS[2]
	return {**drawn, "colors": [grey, blue, orange, green]}


def knows_enough(history: History) -> bool:
	"""Tell whether the site has enough history to speak of any pipeline."""
	return any(enough(*closed) for closed in history.closed.values())


def too_little(history: History) -> str:
	"""Return the sentence for a site that has too little history."""
	won, lost = (sum(closed[place] for closed in history.closed.values()) for place in (0, 1))
	return _(
		"There is too little history to speak of rates: {0} deals were closed in the last two years, {1} of them won; a pipeline needs {2}, {3} of them won."
	).format(won + lost, won, LEAST_CLOSED, LEAST_WON)


def said_of_history(scope: Scope, history: History, ahead: Ahead) -> str:
	"""Return what the forecast rests on, and what is not in it."""
	won = sum(closed[0] for closed in history.closed.values())
	lost = sum(closed[1] for closed in history.closed.values())
	said = [
		_(
			"By what became of the deals of the last two years ({0} won, {1} lost). In 8 of 10 cases what comes lies within the range."
		).format(won, lost)
	]
	if ahead.untold:
		amount = fmt_money(ahead.untold_amount, currency=scope.currency)
		said.append(
			_("Not in it: {0} open deals worth {1} whose pipeline or stage has too little history.").format(
				ahead.untold, amount
			)
		)
	if scope.last >= next_month(scope.today, LONGEST_MONTHS):
		said.append(_("Later than {0} months ahead history tells nothing.").format(LONGEST_MONTHS))
	return " ".join(said)


def list_deals(filters: dict[str, Any] | None) -> tuple[Any, ...]:
	"""Return the deals won, and the open ones with their chances."""
	scope, history, rows, sums = likely_deals(filters)
	names = parts.full_names(row["deal_owner"] for row in rows)
	message = None if knows_enough(history) else too_little(history)
	if sums["is_cut"]:
		message = parts.cut_short(_("The {0} largest deals; the sums above are of all.").format(MOST_ROWS))
	return parts.answer(
		[
			parts.column("name", _("Deal"), "Link", 160, options="Deal"),
			parts.column("title", _("Title"), width=180),
			parts.column("owner_name", _("Owner"), width=130),
			parts.column("status", _("Status"), width=80),
			parts.column("stage_name", _("Stage"), width=115),
			parts.money_column("amount", _("Amount")),
			parts.column("expected_close_date", _("Expected Close"), "Date", 130),
			parts.percent_column("probability", _("Probability"), 110),
			parts.percent_column("chance", _("Chance in the Period"), 160),
			parts.money_column("expected", _("By History"), 140),
		],
		[
			{**row, "owner_name": names.get(row["deal_owner"], ""), "stage_name": _(row["stage_name"])}
			for row in rows
		],
		currency=scope.currency,
		message=message,
		summary=[
			parts.amount_part(_("Won"), sums["won"], scope.currency, "Green"),
			parts.amount_part(_("Of Open Deals"), sums["ahead"], scope.currency),
			parts.amount_part(_("By History"), sums["expected"], scope.currency, "Blue"),
		],
	)


def list_stages(filters: dict[str, Any] | None) -> tuple[Any, ...]:
	"""Return the rates of the stages."""
	_scope, rows = stage_rows(filters)
	columns = [
		parts.column("pipeline", _("Pipeline"), width=150),
		parts.column("stage", _("Stage"), width=150),
		parts.count_column("visits", _("Deals Seen"), 110),
		parts.count_column("won", _("Won from Here"), 120),
		parts.count_column("lost", _("Lost from Here"), 120),
		parts.count_column("moved", _("Moved On"), 100),
		parts.count_column("still", _("Still Here"), 100),
		parts.percent_column("probability", _("Probability Set"), 130),
		parts.percent_column("conversion", _("Won in the End"), 130),
		parts.days_column("days", _("Days to Win (Half)"), 150),
	]
	shown = [row for row in rows if row["conversion"] is not None][:30]
	return parts.answer(
		columns,
		[{**row, "pipeline": _(row["pipeline"]), "stage": _(row["stage"])} for row in rows],
		message=_(
			"Of deals of the last two years; those that are still open count for as long as they were watched."
		),
		drawn=parts.chart(
			[_(row["stage"]) for row in shown],
			[
				(_("Probability Set"), [row["probability"] for row in shown]),
				(_("Won in the End"), [row["conversion"] for row in shown]),
			],
		)
		if shown
		else None,
	)


def list_owners(filters: dict[str, Any] | None) -> tuple[Any, ...]:
	"""Return the rates of the owners."""
	_scope, rows = owner_rows(filters)
	columns = [
		parts.column("pipeline", _("Pipeline"), width=150),
		parts.column("owner_name", _("Owner"), width=180),
		parts.count_column("won", _("Won")),
		parts.count_column("lost", _("Lost")),
		parts.percent_column("conversion", _("Won of All Begun"), 140),
		parts.percent_column("of_pipeline", _("The Pipeline's"), 130),
		parts.days_column("days", _("Days to Win (Half)"), 150),
		parts.column("win_factor", _("Wins, Times the Pipeline's"), "Float", 190, precision=2),
		parts.column("lose_factor", _("Losses, Times the Pipeline's"), "Float", 200, precision=2),
	]
	return parts.answer(
		columns,
		[{**row, "pipeline": _(row["pipeline"])} for row in rows],
		message=_(
			"Who has few deals stands near the pipeline's rate: ten wins of the pipeline's own are added to each owner's."
		)
		if rows
		else _("No pipeline has enough history: {0} closed deals are needed, {1} of them won.").format(
			LEAST_CLOSED, LEAST_WON
		),
		drawn=parts.chart(
			[row["owner_name"] for row in rows[:20]],
			[
				(_("Won of All Begun"), [row["conversion"] for row in rows[:20]]),
				(_("The Pipeline's"), [row["of_pipeline"] for row in rows[:20]]),
			],
		),
	)
