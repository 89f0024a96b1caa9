"""How times grow from 10,000 to 100,000 deals, ours and ERPNext's. In the bench's sites folder, as its user:

	growth.py --site LARGE --small SMALL [--only TEXT]

Both sites are filled by generate.py first where they are not, the small one with a tenth of everything. Each operation
is measured on the two in turn; prints a Markdown table of medians with how many times as long the large one takes.
"""

import argparse
from dataclasses import asdict

import frappe
import generate
import tree
import writing
from measuring import ROUNDS, Measured, Operation, begin_request, once, warm_up
from run import cases

TENTH = 10
HEAD = (
	"| operation | small: queries | median ms | large: queries | median ms | times |",
	"|---|---:|---:|---:|---:|---:|",
)


def main() -> None:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--site", required=True, help="the large site")
	parser.add_argument("--small", required=True, help="the small one")
	parser.add_argument("--only", default="", help="the operations whose title has this text")
	generate.add_size_options(parser)
	options = parser.parse_args()
	sizes = generate.chosen_sizes(options)
	tenth = generate.Sizes(**{name: max(200, size // TENTH) for name, size in asdict(sizes).items()})
	for site, wanted in ((options.small, tenth), (options.site, sizes)):
		generate.connect(site)
		generate.fill(wanted)
		writing.make_kanban()
		measured = [one for case in cases() for one in (case.ours, case.theirs) if one]
		frappe.destroy()
	print("\n".join(("", *HEAD)))
	for operation in {one.title: one for one in measured}.values():
		if options.only.lower() in operation.title.lower():
			print(row(operation, [options.small, options.site]), flush=True)
	for site in (options.small, options.site):
		begin_request(site, "Administrator")
		writing.take_out_inserted()
	frappe.destroy()


def row(operation: Operation, sites: list[str]) -> str:
	"""Return one row of the table."""
	found = measure(operation, sites)
	for site in sites:
		begin_request(site, "Administrator")
		tree.stand_aside()
	return f"| {operation.title} | {' | '.join(figures(one) for one in found)} | {times(found)} |"


def measure(operation: Operation, sites: list[str]) -> list[Measured]:
	"""Measure on the sites in turn; of what takes more than five seconds one run is enough, as of what is stopped."""
	found = [warm_up(operation, site, "Administrator") for site in sites]
	if any(one.stopped for one in found):
		return found
	rounds = 1 if max((one.times[0] for one in found if one.times), default=0) > 5000 else ROUNDS
	for one in found:
		one.times.clear()
	for _round in range(rounds):
		for site, measured in zip(sites, found, strict=True):
			if not measured.refusal:
				measured.times.append(once(operation, site, "Administrator", measured))
	return found


def figures(measured: Measured) -> str:
	"""Return queries and milliseconds."""
	words = "more than " if measured.stopped else ""
	return measured.refusal or f"{measured.queries} | {words}{measured.milliseconds:,.1f}"


def times(found: list[Measured]) -> str:
	"""Return how many times as long the large site took."""
	if any(one.refusal or one.stopped for one in found):
		return ""
	return f"{found[1].milliseconds / found[0].milliseconds:.1f}"


if __name__ == "__main__":
	main()
