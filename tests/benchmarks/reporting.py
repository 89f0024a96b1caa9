"""The reports at full scale, each beside the nearest report of ERPNext's CRM, as the Desk asks for both."""

from datetime import timedelta
from typing import Any

from frappe.utils import add_days, getdate, nowdate
from measuring import Case, Operation
from opening import report

SNAPSHOT_DAYS, DAYS_APART = 3, 30
MOST_SECONDS = 30
PIPELINE = "Sales"
# ERPNext has nothing like them.
WITHOUT_COUNTERPART = (
	*("Team Activity", "Follow-up Discipline", "Response Time", "Lifecycle Movement", "Lead Source Quality"),
	"Audit Trail",
)


def reporting_cases(company: str) -> list[Case]:
	"""Return the reports; a year unless said otherwise."""
	put_snapshots()
	year = {"from_date": add_days(nowdate(), -365), "to_date": nowdate(), "company": company}
	stages = {"pipeline_by": "Sales Stage", "range": "Monthly", "based_on": "Amount"}
	owners = {"pipeline_by": "Owner", "range": "Monthly", "based_on": "Amount"}
	summary = {"based_on": "Opportunity Owner", "data_based_on": "Amount"}
	by_stage = theirs("Sales Pipeline Analytics", {**year, **stages})
	by_owner = theirs("Sales Pipeline Analytics", {**year, **owners})
	of_owners = theirs("Opportunity Summary by Sales Stage", {**year, **summary})
	of_sources = theirs("Opportunity Summary by Sales Stage", {**year, **summary, "based_on": "Source"})
	lost = theirs("Lost Opportunity", year)
	campaigns = theirs("Campaign Efficiency", year)
	# ERPNext's only report on how long a sale takes asks a question for each Lead's Opportunity.
	conversion = report("Lead Conversion Time", "report: Lead Conversion Time", year, MOST_SECONDS)
	return [
		Case(ours("Pipeline Summary", {"company": company}), by_stage),
		Case(ours("Pipeline Summary", {"company": company, "group_by": "Owner"}), of_owners),
		Case(ours("Sales Forecast", {"company": company}), by_stage),
		Case(ours("Forecast Accuracy", year), by_stage),
		Case(ours("Quota Attainment", year), by_owner),
		Case(ours("Funnel and Stage Conversion", {**year, "pipeline": PIPELINE}), of_sources),
		Case(ours("Sales Velocity", {**year, "pipeline": PIPELINE}), of_owners),
		Case(ours("Sales Velocity", {**year, "pipeline": PIPELINE}), conversion),
		Case(ours("Win Loss Analysis", year), lost),
		Case(ours("Win Loss Analysis", {**year, "group_by": "Competitor"})),
		Case(ours("Rotten and Slipping Deals", {"company": company, "pipeline": PIPELINE})),
		Case(ours("Deal to Cash", year)),
		Case(ours("Revenue by Source and Campaign", {**year, "group_by": "Campaign"}), campaigns),
		Case(ours("Customer Value", year)),
		Case(ours("Customers At Risk", {"company": company})),
		Case(ours("Forecast by History", {"company": company})),
		Case(ours("Pipeline Movement", {"company": company, **between_snapshots()})),
		*(Case(ours(name, year)) for name in WITHOUT_COUNTERPART),
		Case(cards(), None),
	]


def put_snapshots() -> None:
	"""Keep the pipeline of a few days, once."""
	import frappe

	from crm_plus.jobs import pipeline_snapshots

	if not frappe.db.exists("Pipeline Snapshot", {}):
		for number in range(SNAPSHOT_DAYS):
			pipeline_snapshots.take(getdate() - timedelta(days=DAYS_APART * (number + 1)))
		let_some_slip()
		frappe.db.sql_ddl("analyze table `tabPipeline Snapshot`")


def let_some_slip() -> None:
	"""Let the close date of every tenth deal have moved before the first snapshot."""
	import frappe

	snapshot = frappe.qb.DocType("Pipeline Snapshot")
	moved = frappe.qb.update(snapshot).set(snapshot.close_date_moves, 1)
	moved.set(snapshot.first_close_date, getdate() - timedelta(days=180)).where(
		snapshot.deal.like("%7")
	).run()


def between_snapshots() -> dict[str, Any]:
	"""Return the days from the first snapshot to the last one: others took none."""
	import frappe

	first = frappe.get_all("Pipeline Snapshot", pluck="snapshot_date", order_by="snapshot_date asc", limit=1)
	last = frappe.get_all("Pipeline Snapshot", pluck="snapshot_date", order_by="snapshot_date desc", limit=1)
	return {"from_date": str(first[0]), "to_date": str(last[0])}


def ours(name: str, filters: dict[str, Any]) -> Operation:
	"""Return the running of a report of ours."""
	group = f", by {filters['group_by'].lower()}" if "group_by" in filters else ""
	return report(name, f"report: {name}{group}", filters)


def theirs(name: str, filters: dict[str, Any]) -> Operation:
	"""Return the running of a report of ERPNext's."""
	return report(name, f"report: {name}", filters)


def cards() -> Operation:
	"""Return the four cards of the sales dashboard."""
	from crm_plus.reports import cards as numbers

	each = (
		numbers.won_this_month,
		numbers.forecast_this_month,
		numbers.win_rate,
		numbers.collected_this_month,
	)
	return Operation(
		"report: the four cards of the sales dashboard", lambda _nothing: [one() for one in each]
	)
