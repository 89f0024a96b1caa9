"""Report "Quota Attainment": what people and teams were to sell, what they sold, rolled up along the tree of teams."""

from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.quota_attainment import quota_attainment
from crm_plus.rules.forecast import percent


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	scope, rows = quota_attainment(filters)
	roots = [row for row in rows if not row["indent"]]
	quota, sold = sum(row["quota"] for row in roots), sum(row["attained"] for row in roots)
	measured = [row for row in rows if row["quota"]]
	return parts.answer(
		get_columns(),
		rows,
		currency=scope.currency,
		message=None if quota else _("There are no quotas for this period: set them under Sales Quota."),
		drawn=parts.chart(
			[row["name"] for row in measured],
			[
				(_("Quota"), [row["quota"] for row in measured]),
				(_("Attained"), [row["attained"] for row in measured]),
			],
			currency=scope.currency,
		)
		if measured
		else None,
		summary=[
			parts.amount_part(_("Quota"), quota, scope.currency),
			parts.amount_part(_("Attained"), sold, scope.currency, "Green"),
			parts.number_part(_("Attainment"), percent(sold, quota), "Percent"),
		],
	)


def get_columns() -> parts.Rows:
	"""Return the columns."""
	return [
		parts.column("name", _("Team or Person"), width=240),
		parts.money_column("quota", _("Quota"), 150),
		parts.money_column("attained", _("Attained"), 150, drill="Deal"),
		parts.percent_column("attainment", _("Attainment"), 130),
		parts.money_column("gap", _("Lacks to Quota"), 150),
	]
