"""Report "Customers At Risk": who declines, or waits longer than usual with the next purchase, the most valuable first."""

from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.customer_future import with_future
from crm_plus.reports.customer_value import customers_at_risk
from crm_plus.reports.purchases_behind import drill
from crm_plus.rules.periods import LONGEST_YEARS, next_month


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency, without taxes.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	scope, found, total = customers_at_risk(filters)
	future, rows = with_future(scope, found)
	names = parts.full_names(row["profile_owner"] for row in rows)
	ever = next_month(scope.today, -12 * LONGEST_YEARS)
	return parts.answer(
		get_columns(known=future.model is not None),
		[
			{
				**row,
				"owner_name": names.get(row["profile_owner"], ""),
				"drill": drill(scope, row["name"], ever, scope.today),
			}
			for row in rows
		],
		total={
			"full_name": _("Total"),
			"purchases": int(total["all_purchases"]),
			"revenue": total["all_revenue"],
		},
		currency=scope.currency,
		message=said(future.sentence, len(rows), int(total["customers"])),
		drawn=parts.chart(
			[row["full_name"] for row in rows[:10]],
			[(_("Revenue So Far"), [row["revenue"] for row in rows[:10]])],
			currency=scope.currency,
		),
		summary=[
			parts.number_part(_("Customers At Risk"), int(total["customers"]), indicator="Red"),
			parts.amount_part(_("Their Revenue So Far"), total["all_revenue"], scope.currency),
			parts.number_part(_("Without Next Step"), int(total["unplanned"]), indicator="Orange"),
		],
	)


def said(future: str | None, shown: int, customers: int) -> str | None:
	"""Return what stands over the table: that there is nobody, else what is known of their future, and that not all are shown."""
	if not shown:
		return _("No customer declines or waits longer than usual.")
	more = _("The {0} most valuable of {1} customers; the sums above are of all.").format(shown, customers)
	cut = parts.cut_short(more) if customers > shown else None
	return " ".join(filter(None, (future, cut))) or None


def get_columns(*, known: bool) -> parts.Rows:
	"""Return the columns; the chance that a customer still buys where it is known."""
	chance = [parts.percent_column("alive", _("Chance Still Buying"), 150)] if known else []
	return [
		parts.column("name", _("Customer"), "Link", 130, options="Customer Profile"),
		parts.column("full_name", _("Name"), width=210),
		parts.column("lifecycle_stage", _("Lifecycle Stage"), width=120),
		parts.column("owner_name", _("Owner"), width=150),
		parts.column("last_on", _("Last Purchase"), "Date", 120),
		parts.count_column("days", _("Days Since"), 100),
		parts.days_column("usual", _("Usual Days Between"), 150),
		parts.column("factor", _("Times the Usual"), "Float", 130, precision=1),
		*chance,
		parts.count_column("purchases", _("Purchases"), 100, drill_report="Customer Value"),
		parts.money_column("revenue", _("Revenue So Far"), drill_report="Customer Value"),
		parts.column("last_interaction_on", _("Last Interaction"), "Datetime", 160),
		parts.column("next_follow_up_on", _("Next Step"), "Datetime", 160),
	]
