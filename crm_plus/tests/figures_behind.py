"""How what stands behind a figure of a report makes it: added up, counted, averaged."""

from collections.abc import Callable
from statistics import median
from typing import Any

from frappe.utils import now_datetime

DAY = 86_400
Rows = list[Any]
Maker = Callable[[Rows], float | None]


def each(rows: Rows, column: str) -> list[float]:
	"""Return the figures of a column where there are some."""
	return [row[column] for row in rows if row.get(column) is not None]


def total(rows: Rows, column: str) -> float:
	return sum(each(rows, column))


def mean(values: list[float]) -> float | None:
	return sum(values) / len(values) if values else None


def share(part: float, whole: float) -> float | None:
	return 100 * part / whole if whole else None


def days(start: Any, end: Any) -> float:
	return float((end - start).total_seconds()) / DAY


def late_days(rows: Rows) -> float | None:
	return mean([(row["completed_on"].date() - row["due_on"].date()).days for row in rows])


def nine_in_ten(hours: list[float]) -> float:
	return sorted(hours)[-(-len(hours) * 9 // 10) - 1]


def averaged(column: str) -> Maker:
	return lambda rows: mean(each(rows, column))


# Of the rows of a report, by report and column; what is not named is added up.
FROM_REPORT: dict[tuple[str, str], Maker] = {
	**{("Deal to Cash", step): averaged(step) for step in ("to_order", "to_invoice", "to_cash")},
	("Forecast by History", "deals"): lambda rows: total(rows, "chance") / 100,
	("Revenue by Source and Campaign", "per_deal"): averaged("collected"),
	("Follow-up Discipline", "days_late"): late_days,
	("Response Time", "median"): lambda rows: median(each(rows, "hours")),
	("Response Time", "p90"): lambda rows: nine_in_ten(each(rows, "hours")),
	("Response Time", "longest"): lambda rows: max(each(rows, "hours")),
	("Lead Source Quality", "days"): averaged("days"),
	("Lead Source Quality", "per_profile"): averaged("amount"),
}


def list_makers(amount: Callable[[Any], float], books: Callable[[Any, str], float]) -> dict[Any, Maker]:
	"""Return the same of lists of documents: by column, or by report and column.

	`amount` is what a deal is worth in the report's currency, `books` what one of its amounts in company currency is.
	"""

	def amounts(deals: Rows) -> float:
		return sum(amount(deal) for deal in deals)

	def of_books(fieldname: str) -> Maker:
		return lambda deals: sum(books(deal, fieldname) for deal in deals)

	def won(deals: Rows) -> Rows:
		return [deal for deal in deals if deal.status == "Won"]

	def cycle(deals: Rows) -> float | None:
		return mean([days(deal.began_on, deal.closed_on) for deal in deals])

	return {
		**{
			key: of_books(f"{key}_amount") for key in ("quoted", "ordered", "invoiced", "paid", "outstanding")
		},
		**dict.fromkeys(("amount", "won", "lost_amount", "won_amount", "attained", "open"), amounts),
		"weighted": lambda deals: sum(amount(deal) * deal.probability / 100 for deal in deals),
		"hours": lambda talks: sum(talk.duration or 0 for talk in talks) / 3600,
		"customers": lambda talks: len({talk.customer_profile for talk in talks}),
		"per_profile": amounts,
		"average": lambda deals: amounts(deals) / len(deals),
		# The report looked at its clock a moment before: within a hundredth of a day.
		("Pipeline Summary", "days"): lambda deals: mean(
			[days(deal.stage_entered_on, now_datetime()) for deal in deals]
		),
		"cycle": cycle,
		"per_day": lambda deals: amounts(deals) / (cycle(deals) or 1),
		"win_rate": lambda deals: share(len(won(deals)), len(deals)),
		"amount_rate": lambda deals: share(amounts(won(deals)), amounts(deals)),
		**dict.fromkeys(("won_discount", "lost_discount"), averaged("additional_discount_percentage")),
	}


def average_visit(visits: Rows) -> float | None:
	"""Return the average days of visits to a stage."""
	return mean([visit.seconds_in_previous / DAY for visit in visits])
