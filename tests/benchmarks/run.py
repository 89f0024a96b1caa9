"""Time CRM Plus at full scale beside ERPNext's own CRM, on one site in one run. In the bench's sites folder, as its user:

	run.py --site SITE [--only TEXT] [--explain] [--deals 100000] …

The site is filled by generate.py first, where it is not. Prints a Markdown table: medians of seven runs in fresh requests,
ours and ERPNext's in turn, with the statements sent and the peak of memory. Only the ratios within one run mean anything.
With --explain the plans of all reading statements that go through a big table from end to end are printed below, and
with --plans those of every statement of board and lists.
"""

import argparse
import os
import statistics
from typing import Any

import dashboards
import frappe
import generate
import listing
import opening
import reporting
import tree
import writing
from measuring import Case, Measured, begin_request, compare, is_scan, plans

HEAD = (
	"| operation | as | rows | queries | median ms | peak MiB | nearest in ERPNext | rows | queries | median ms | peak MiB | ratio |",
	"|---|---|---:|---:|---:|---:|---|---:|---:|---:|---:|---:|",
)


def main() -> None:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--site", required=True, help="a site of its own, with ERPNext and CRM Plus")
	parser.add_argument("--only", default="", help="the operations whose title has this text")
	parser.add_argument("--explain", action="store_true", help="print the plans that scan a big table")
	parser.add_argument("--plans", action="store_true", help="print the plans of board and lists")
	generate.add_size_options(parser)
	options = parser.parse_args()
	generate.connect(options.site)
	generate.fill(generate.chosen_sizes(options))
	writing.make_kanban()
	scans = print_table(options)
	writing.take_out_inserted()
	if options.explain or options.plans:
		print("\n".join(scans))
	frappe.destroy()


def print_table(options: argparse.Namespace) -> list[str]:
	"""Print the table and return the lines about plans."""
	lines: list[str] = []
	ratios: list[tuple[float, str]] = []
	bounds: list[float] = []
	print(f"\nload {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors at the beginning")
	for line in ("", *HEAD):
		print(line)
	for case in cases():
		if options.only.lower() not in case.ours.title.lower():
			continue
		for user in ("Administrator", *([] if case.administrator_only else [generate.SALES_USER])):
			found = compare(case, options.site, user)
			print(table_row(case, user, found), flush=True)
			if user == "Administrator" and is_report(case, found):
				ratios.append((found[0].milliseconds / found[1].milliseconds, case.ours.title))
			elif user == "Administrator" and len(found) > 1 and found[1].stopped:
				bounds.append(found[0].milliseconds / found[1].milliseconds)
			begin_request(options.site, "Administrator")
			tree.stand_aside()
			lines += plan_lines(case.ours.title, user, found[0], everything=options.plans)
	if ratios:
		print(summary(ratios, bounds))
	print(f"load {os.getloadavg()[0]:.1f} at the end")
	return lines


def is_report(case: Case, found: list[Measured]) -> bool:
	"""Tell whether a row compares a report with one of ERPNext's that came to its end and does about the same."""
	alike = case.ours.title.startswith("report: ") and "Invoices Without Deal" not in case.ours.title
	return alike and len(found) > 1 and not any(one.refusal or one.stopped for one in found)


def summary(ratios: list[tuple[float, str]], bounds: list[float]) -> str:
	"""Return what the reports' ratios come to; `bounds` are those to a report that was stopped, which are even lower."""
	mean = statistics.geometric_mean(ratio for ratio, _title in ratios)
	slowest, title = max(ratios)
	words = (
		f"\nReports: geometric mean of {len(ratios)} ratios {mean:.2f}, {1 / mean:.1f} times as fast; "
		f"the highest {slowest:.2f} ({title.removeprefix('report: ')})."
	)
	if not bounds:
		return words
	mean = statistics.geometric_mean([*(ratio for ratio, _title in ratios), *bounds])
	return f"{words} With what was stopped, counted at the time when it was: {mean:.2f}, {1 / mean:.1f} times as fast."


def cases() -> list[Case]:
	"""Return all that is measured, in the order of the table."""
	company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
	return [
		*listing.board_cases(),
		*listing.list_cases(),
		*opening.form_cases(),
		*opening.search_cases(),
		*opening.report_cases(company),
		*reporting.reporting_cases(company),
		*dashboards.dashboard_cases(),
		*tree.agent_cases(),
		*writing.write_cases(),
	]


def table_row(case: Case, user: str, found: list[Measured]) -> str:
	"""Return one row of the table."""
	ours, theirs = found[0], found[1] if len(found) > 1 else None
	ratio = ""
	if theirs and not ours.refusal and not theirs.refusal:
		ratio = f"{ours.milliseconds / theirs.milliseconds:.2f}"
	cells = [case.ours.title, "Administrator" if user == "Administrator" else "Sales User", *figures(ours)]
	if case.shows_speed and ours.times:
		cells[2] += f" ({ours.rows / ours.milliseconds * 1000:,.0f}/s)"
	cells += [case.theirs.title, *figures(theirs)] if case.theirs and theirs else ["–", "", "", "", ""]
	return f"| {' | '.join([*cells, ratio])} |"


def figures(measured: Measured) -> list[str]:
	"""Return rows, queries, milliseconds and MiB, or why there are none."""
	if measured.refusal:
		return [measured.refusal, "", "", ""]
	milliseconds = (
		f"{measured.milliseconds:,.1f}" if measured.milliseconds < 100 else f"{measured.milliseconds:,.0f}"
	)
	milliseconds = f"more than {milliseconds}" if measured.stopped else milliseconds
	return [f"{measured.rows:,}", str(measured.queries), milliseconds, f"{measured.mebibytes:.1f}"]


def plan_lines(title: str, user: str, measured: Measured, *, everything: bool) -> list[str]:
	"""Return the plans worth a look: those that scan, or all of board and lists."""
	lines: list[str] = []
	for query, steps in plans(measured.statements):
		scans = [step for step in steps if is_scan(step)]
		if not scans and not (everything and title.startswith(("board", "list", "count"))):
			continue
		lines += [
			"",
			f"{'SCAN' if scans else 'plan'} of {title!r} as {user}: {' '.join(query.split())[:600]}",
		]
		lines += [f"    {plan_step(step)}" for step in steps]
	return lines


def plan_step(step: dict[str, Any]) -> str:
	"""Return one step of a plan in a line."""
	keys = ("table", "type", "key", "rows", "Extra")
	return ", ".join(f"{key.lower()} {step[key]}" for key in keys if step.get(key) is not None)


if __name__ == "__main__":
	main()
