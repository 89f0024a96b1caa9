"""Runs ERPNext's test suites on a site without and on a site with CRM Plus, side by side, and prints the difference:

	host_check_compare.py SITE_WITHOUT SITE_WITH LOG_FOLDER [SUITE...]

Each suite meets fresh sites, as what one leaves behind makes others fail, and none gets out to the network. Some of ERPNext's
tests fail then, or on certain days: they do on both. Exits with 1 where a test passes only without CRM Plus, and where of a
suite no test ran.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import throw_away_sites

SUITES = (
	"Customer",
	"Quotation",
	"Sales Order",
	"Sales Invoice",
	"Payment Entry",
	"Payment Reconciliation",
	"Journal Entry",
	"Unreconcile Payment",
)


@dataclass(frozen=True)
class Run:
	"""What became of one suite on one site; complaints hold the traceback of each test that failed."""

	outcomes: dict[str, str]
	complaints: dict[str, str]
	log: Path

	def improved_by(self, other: "Run", tests: set[str]) -> "Run":
		"""This run, with what became of some tests when they ran in another one."""
		outcomes = {test: outcome for test, outcome in other.outcomes.items() if test in tests}
		return Run({**self.outcomes, **outcomes}, {**self.complaints, **other.complaints}, self.log)

	def tests(self, outcome: str) -> set[str]:
		return {test for test, was in self.outcomes.items() if was == outcome}


def run_suite(kind: str, site: str, suite: str, folder: Path, tests: tuple[str, ...]) -> Run:
	"""Runs one suite, or only some tests of it, on a site fresh from its snapshot."""
	name = f"{kind}-{suite.replace(' ', '-').lower()}{'-again' if tests else ''}"
	log, result = folder / f"{name}.log", folder / f"{name}.json"
	throw_away_sites.fill_again(kind, site)
	script = Path(__file__).with_name("host_check_suite.py")
	with log.open("wb") as output:
		command = [sys.executable, str(script), site, suite, str(result), *tests]
		subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
	found = json.loads(result.read_text()) if result.exists() else {"outcomes": {}, "complaints": {}}
	return Run(found["outcomes"], found["complaints"], log)


def run_pair(sites: tuple[str, str], suite: str, folder: Path, *tests: str) -> tuple[Run, Run]:
	with ThreadPoolExecutor(2) as pool:
		alike = ([argument] * 2 for argument in (suite, folder, tests))
		without, with_app = pool.map(run_suite, ("bare", "with"), sites, *alike)
	return without, with_app


def run_thoroughly(sites: tuple[str, str], suite: str, folder: Path) -> tuple[Run, Run]:
	"""Runs a suite on both sites, then what failed on both once more alone: mostly another test had left its mark."""
	pair = run_pair(sites, suite, folder)
	failed = pair[0].tests("failed") & pair[1].tests("failed")
	names = sorted({test.rsplit(".", 1)[-1] for test in failed if test.rsplit(".", 1)[-1].startswith("test")})
	if not names:
		return pair
	alone = run_pair(sites, suite, folder, *names)
	without, with_app = (first.improved_by(second, failed) for first, second in zip(pair, alone, strict=True))
	return without, with_app


def run_until_sure(sites: tuple[str, str], suite: str, folder: Path) -> tuple[Run, Run, set[str]]:
	"""Runs a suite on both sites; where CRM Plus spoils a test, once more: chance does not strike the same test twice."""
	without, with_app = run_thoroughly(sites, suite, folder)
	only = spoilt(without, with_app)
	if only:
		without, with_app = run_thoroughly(sites, suite, folder)
		by_chance = only - spoilt(without, with_app)
		only -= by_chance
		for test in sorted(by_chance):
			print(
				f"{suite}: {test} did not pass with CRM Plus once, and did when run again.", file=sys.stderr
			)
	return without, with_app, only


def spoilt(without: Run, with_app: Run) -> set[str]:
	"""The tests that pass without CRM Plus and with it do not: they fail, are skipped or do not run at all."""
	return without.tests("passed") - with_app.tests("passed")


def row(suite: str, without: Run, with_app: Run, only: set[str]) -> str:
	counts = (len(with_app.outcomes), len(without.tests("failed")), len(with_app.tests("failed")), len(only))
	return f"| {suite} | " + " | ".join(str(count) for count in counts) + " |"


def faults(suite: str, without: Run, with_app: Run, only: set[str]) -> list[str]:
	"""What makes the check fail: a test that CRM Plus spoils, and a suite of which nothing ran."""
	found = [
		f"{suite}: {test} passes only without CRM Plus.\n{with_app.complaints.get(test, 'It did not run.')}"
		for test in sorted(only)
	]
	for run in (without, with_app):
		if not run.outcomes:
			found.append(f"{suite}: no test ran. The end of {run.log}:\n{tail(run.log)}")
	return found


def tail(log: Path) -> str:
	return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


def main(site_without: str, site_with: str, folder: str, *suites: str) -> None:
	found: list[str] = []
	print(
		"| suite | tests | failed without | failed with | only with CRM Plus |\n|---|---:|---:|---:|---:|",
		flush=True,
	)
	for suite in suites or SUITES:
		without, with_app, only = run_until_sure((site_without, site_with), suite, Path(folder))
		print(row(suite, without, with_app, only), flush=True)
		found += faults(suite, without, with_app, only)
	print("\n".join(["", *found]) if found else "\nNo test of ERPNext's fails because of CRM Plus.")
	sys.exit(1 if found else 0)


if __name__ == "__main__":
	main(*sys.argv[1:])
