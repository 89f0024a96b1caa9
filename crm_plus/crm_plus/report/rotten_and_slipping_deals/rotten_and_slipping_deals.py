"""Report "Rotten and Slipping Deals": open deals too long in their stage, and those whose close date keeps moving."""

from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.rotten_deals import MOST_ROWS, OFTEN, Totals, rotten_deals

REPORT = "Rotten and Slipping Deals"


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	scope, rows, total = rotten_deals(filters)
	message = None if rows else _("No open deal stays too long or keeps moving its close date.")
	is_cut = total.deals > len(rows)
	if is_cut:
		more = _("The {0} largest of {1} deals; the sums above and the chart are of all.")
		message = parts.cut_short(more.format(len(rows), total.deals))
	return parts.answer(
		get_columns(),
		[{**row, "stage_name": _(row["stage_name"] or "")} for row in rows],
		total={
			**{"title": _("Total"), "amount": total.amount},
			"drill": {"amount": all_of(dict(filters or {}), total.deals)} if is_cut else {},
		},
		currency=scope.currency,
		message=message,
		is_listed=not parts.is_chart_only(filters),
		drawn=parts.chart(
			[
				_("{0} times and more").format(OFTEN) if number == OFTEN else str(number)
				for number in total.by_moves
			],
			[(_("Deals by how often their close date moved"), list(total.by_moves.values()))],
		)
		if total.slipping
		else None,
		summary=get_summary(total, scope.currency),
	)


def get_summary(total: Totals, currency: str) -> parts.Rows:
	"""Return the line above the table."""
	return [
		parts.number_part(_("Rotten"), total.rotten, indicator="Red"),
		parts.amount_part(_("Amount"), total.rotten_amount, currency),
		parts.number_part(_("Slipping"), total.slipping, indicator="Orange"),
		parts.amount_part(_("Amount"), total.slipping_amount, currency),
		parts.number_part(
			_("Days Later on Average"),
			round(total.later_days / total.later, 1) if total.later else None,
			"Float",
		),
	]


def all_of(filters: parts.Row, deals: int) -> parts.Row:
	"""Return the filters by which the report lists all deals that the total is of, as far as it lists any number."""
	return {**filters, "rows": min(deals, MOST_ROWS)}


def get_columns() -> parts.Rows:
	"""Return the columns."""
	return [
		parts.column("name", _("Deal"), "Link", 150, options="Deal"),
		parts.column("title", _("Title"), width=190),
		parts.column("customer", _("Customer"), width=180),
		parts.column("owner_name", _("Owner"), width=140),
		parts.column("stage_name", _("Stage"), width=120),
		parts.money_column("amount", _("Amount"), drill_report=REPORT),
		parts.count_column("days", _("Days in Stage"), 110),
		parts.count_column("over", _("Days Too Long"), 120),
		parts.column("expected_close_date", _("Close Date"), "Date", 110),
		parts.column("first_close_date", _("First Close Date"), "Date", 130),
		parts.count_column("moves", _("Moved Times"), 110),
		parts.count_column("moved_days", _("Moved by Days"), 120),
		parts.column("next_follow_up_on", _("Next Step"), "Datetime", 150),
	]
