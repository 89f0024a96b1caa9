"""Report "Win Loss Analysis": why deals were lost, who wins how often, and what discounts had to do with it."""

from functools import partial
from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.win_loss import win_loss


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	found = win_loss(filters)
	shown = [(_("Won"), "won_amount", parts.GREEN), (_("Lost"), "lost_amount", parts.RED)]
	# A reason of losses has no wins.
	drawn = partial(get_chart, shown[1:] if found[1] == "Lost Reason" else shown)
	return parts.grouped(found, get_columns, drawn, get_summary)


def get_chart(
	shown: list[tuple[str, str, str]], rows: parts.Rows, _total: parts.Row, currency: str
) -> parts.Row:
	"""Return what was won and lost of each group, in the colours of the line above the table."""
	drawn = parts.chart(
		[row["group"] for row in rows],
		[(label, [row[key] for row in rows]) for label, key, _color in shown],
		currency=currency,
		stacked=True,
	)
	return {**drawn, "colors": [color for _label, _key, color in shown]}


def get_summary(total: parts.Row, _currency: str) -> parts.Rows:
	"""Return the line above the table."""
	return [
		parts.number_part(_("Won"), total["won"], indicator="Green"),
		parts.number_part(_("Lost"), total["lost"], indicator="Red"),
		parts.number_part(_("Win Rate"), total["win_rate"], "Percent"),
		parts.number_part(_("Win Rate by Amount"), total["amount_rate"], "Percent"),
	]


def get_columns(group: str) -> parts.Rows:
	"""Return the columns; a reason of losses has no wins."""
	lost = [
		parts.count_column("lost", _("Lost"), drill="Deal"),
		parts.money_column("lost_amount", _("Lost Amount"), drill="Deal"),
	]
	won = [
		parts.count_column("won", _("Won"), drill="Deal"),
		parts.money_column("won_amount", _("Won Amount"), drill="Deal"),
	]
	rates = [
		parts.percent_column("win_rate", _("Win Rate"), drill="Deal"),
		parts.percent_column("amount_rate", _("Win Rate by Amount"), 150, drill="Deal"),
		parts.percent_column("won_discount", _("Discount of Won"), 130, drill="Deal"),
	]
	discount = parts.percent_column("lost_discount", _("Discount of Lost"), 130, drill="Deal")
	first = parts.group_column(group, 200)
	if group == "Lost Reason":
		return [
			first,
			*lost,
			parts.percent_column("share", _("Share of Losses"), 130, drill="Deal"),
			discount,
		]
	return [first, *won, *lost, *rates, discount]
