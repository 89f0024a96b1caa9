"""Report "Lead Source Quality": what became of the customers that each source and campaign brought."""

from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.report_money import reads_ledger
from crm_plus.reports.source_quality import OF_DEALS, source_quality

# Where a customer begins in the lifecycle.
REPORT = "Lead Source Quality"
MOST_ROWS = 5000


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	scope, group, rows, total = source_quality(filters)
	message = None
	if len(rows) > MOST_ROWS:
		message = parts.cut_short(
			_("The first {0} of {1}; the total is of all.").format(MOST_ROWS, len(rows))
		)
	found = (scope, group, rows[:MOST_ROWS], total)
	is_listed = not parts.is_chart_only(filters)
	return parts.grouped(found, get_columns, get_chart, get_summary, message, is_listed=is_listed)


def get_chart(rows: parts.Rows, _total: parts.Row, _currency: str) -> parts.Row:
	"""Return how many of each group came, have a deal and bought."""
	shown = [(_("Profiles"), "profiles"), (_("With a Deal"), "with_deal"), (_("Buyers"), "buyers")]
	return parts.chart(
		[row["group"] for row in rows[:20]],
		[(label, [row[key] for row in rows[:20]]) for label, key in shown],
	)


def get_summary(total: parts.Row, currency: str) -> parts.Rows:
	"""Return the line above the table."""
	return [
		parts.number_part(_("Profiles"), total["profiles"]),
		parts.number_part(_("Buyers"), total["buyer_rate"], "Percent", "Green"),
		parts.number_part(_("Win Rate"), total["win_rate"], "Percent"),
		parts.amount_part(_("Won Amount"), total["amount"], currency, "Green"),
	]


def get_columns(group: str) -> parts.Rows:
	"""Return the columns; a customer's figures lead to his deals, those of any other group to its customers."""
	is_one = group == "Customer"
	columns = [
		parts.column("value", _("Customer"), "Link", 130, options="Customer Profile"),
		parts.column("group", _("Name"), width=210),
	]
	if not is_one:
		columns = [parts.column("group", _(group), width=190)]
	ledger = [("invoiced", _("Invoiced")), ("paid", _("Paid"))] if reads_ledger() else []
	return [
		*columns,
		leading("profiles", _("Profiles"), is_one),
		leading("prospects", _("Became Prospects"), is_one, 150),
		parts.percent_column(
			"prospect_rate", _("Became Prospects %"), 160, **target("prospect_rate", is_one)
		),
		leading("with_deal", _("With a Deal"), is_one, 110),
		leading("deals", _("Deals"), is_one),
		leading("won", _("Won Deals"), is_one, 100),
		parts.percent_column("win_rate", _("Win Rate"), **target("win_rate", is_one)),
		leading("buyers", _("Buyers"), is_one),
		parts.percent_column("buyer_rate", _("Buyers %"), **target("buyer_rate", is_one)),
		parts.days_column("days", _("Days to Win"), **target("days", is_one)),
		money("amount", _("Won Amount"), is_one),
		*(money(key, label, is_one) for key, label in ledger),
		money("per_profile", _("Won a Profile"), is_one),
	]


def leading(fieldname: str, label: str, is_one: bool, width: int = 90) -> parts.Row:
	"""Return a column of counts."""
	return parts.count_column(fieldname, label, width, **target(fieldname, is_one))


def money(fieldname: str, label: str, is_one: bool) -> parts.Row:
	"""Return a column of amounts."""
	return parts.money_column(fieldname, label, **target(fieldname, is_one))


def target(fieldname: str, is_one: bool) -> dict[str, str]:
	"""Return where a figure of the column leads."""
	if is_one:
		return {"drill": "Deal"} if fieldname in OF_DEALS else {}
	return {"drill_report": REPORT}
