"""Report "Deal to Cash": won, ordered, invoiced, collected, the days between, and where money is left on the way."""

from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.deal_to_cash import deal_to_cash, largest_leak

REPORT = "Deal to Cash"


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	found = deal_to_cash(filters)
	message = " ".join(filter(None, (leak_sentence(largest_leak(found[-1])), taxes_sentence())))
	is_listed = not parts.is_chart_only(filters)
	return parts.grouped(found, get_columns, get_chart, get_summary, message, is_listed=is_listed)


def get_summary(total: parts.Row, currency: str) -> parts.Rows:
	"""Return the line above the table."""
	return [
		parts.amount_part(_("Won"), total["won"], currency),
		parts.amount_part(_("Ordered"), total["ordered"], currency),
		parts.amount_part(_("Invoiced"), total["invoiced"], currency),
		parts.amount_part(_("Collected"), total["paid"], currency, "Green"),
		parts.amount_part(_("Outstanding"), total["outstanding"], currency, "Red"),
		parts.number_part(_("Days from Invoice to Cash"), total["to_cash"], "Float"),
	]


def leak_sentence(leak: str) -> str | None:
	"""Return the sentence that says where most of the money is left."""
	sentences = {
		"not_ordered": _("Most is left between winning and ordering: won deals without an order or invoice."),
		"not_invoiced": _("Most is left between order and invoice: bill what was ordered."),
		"not_paid": _("Most is left between invoice and payment: collect what is outstanding."),
		"written_off": _("Most was invoiced and then credited or written off."),
	}
	return sentences.get(leak)


def taxes_sentence() -> str:
	"""Return the sentence that says of what all columns are."""
	return str(_("All amounts are without taxes, so that they compare."))


def get_columns(group: str) -> parts.Rows:
	"""Return the columns."""
	return [
		parts.group_column(group),
		parts.count_column("deals", _("Deals"), drill="Deal"),
		parts.money_column("won", _("Won"), drill="Deal"),
		parts.money_column("quoted", _("Quoted"), drill_report=REPORT),
		parts.money_column("ordered", _("Ordered"), drill_report=REPORT),
		parts.money_column("invoiced", _("Invoiced"), drill_report=REPORT),
		parts.money_column("paid", _("Collected"), drill_report=REPORT),
		parts.money_column("outstanding", _("Outstanding"), drill_report=REPORT),
		parts.percent_column("collected", _("Collected of Invoiced"), 150, drill_report=REPORT),
		parts.days_column("to_order", _("Days to Order"), drill_report=REPORT),
		parts.days_column("to_invoice", _("Days to Invoice"), drill_report=REPORT),
		parts.days_column("to_cash", _("Days to Cash"), drill_report=REPORT),
		parts.money_column("not_ordered", _("Not Ordered"), drill_report=REPORT),
		parts.money_column("not_invoiced", _("Not Invoiced"), drill_report=REPORT),
		parts.money_column("not_paid", _("Not Collected"), drill_report=REPORT),
		parts.money_column("written_off", _("Credited or Written Off"), 170, drill_report=REPORT),
	]


def get_chart(_rows: parts.Rows, total: parts.Row, currency: str) -> parts.Row:
	"""Return the steps from the deal to the bank."""
	steps = (
		("won", _("Won")),
		("ordered", _("Ordered")),
		("invoiced", _("Invoiced")),
		("paid", _("Collected")),
	)
	return parts.chart(
		[label for _key, label in steps],
		[(_("Amount"), [total[key] for key, _label in steps])],
		currency=currency,
	)
