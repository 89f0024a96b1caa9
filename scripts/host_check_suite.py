"""Runs one of ERPNext's test suites with Frappe's own runner and writes what became of each test:

	host_check_suite.py SITE DOCTYPE RESULT.json [TEST...]

The runners of Frappe 15 and 16 print differently and both count with unittest's TestResult, so that is where this listens.
"""

import contextlib
import json
import sys
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any

BASICS = "Sales Invoice"
FAILED, PASSED, SKIPPED = "failed", "passed", "skipped"

outcomes: dict[str, str] = {}
complaints: dict[str, str] = {}


def listen(method: str, note: Callable[..., None]) -> None:
	"""Calls `note` with the arguments of each call of TestResult's method, which does its work as before."""
	original = getattr(unittest.TestResult, method)

	def noting(self: unittest.TestResult, *arguments: Any) -> Any:
		note(self, *arguments)
		return original(self, *arguments)

	setattr(unittest.TestResult, method, noting)


def started(_result: unittest.TestResult, test: Any) -> None:
	outcomes.setdefault(test.id(), PASSED)


def failed(result: unittest.TestResult, test: Any, error: Any) -> None:
	outcomes[test.id()] = FAILED
	complaints[test.id()] = result._exc_info_to_string(error, test)


def subtest_ended(result: unittest.TestResult, test: Any, _subtest: Any, error: Any) -> None:
	if error is not None:
		failed(result, test, error)


def skipped(_result: unittest.TestResult, test: Any, _reason: str) -> None:
	outcomes[test.id()] = SKIPPED


def adjust_test_records(suite: str) -> None:
	"""Test records for just what is there and needed.

	None for DocTypes of apps that a bench need not have (ERPNext links to Payment Gateway); and in version 15 for every suite
	those of BASICS, which some take for granted because others run before them.
	"""
	import frappe

	# Asked for once, last: the suite's own DocType is among what it needs, and its records among what the basics need.
	still_wanted = [BASICS] if suite != BASICS else []

	def adjusted(doctype: str, found: list[str]) -> list[str]:
		basics = [still_wanted.pop()] if doctype == suite and still_wanted else []
		return [name for name in (*found, *basics) if name == "[Select]" or frappe.db.exists("DocType", name)]

	with contextlib.suppress(ImportError):  # Frappe 15
		from frappe import test_runner

		dependencies = test_runner.get_dependencies
		test_runner.get_dependencies = lambda doctype: adjusted(doctype, dependencies(doctype))
	with contextlib.suppress(ImportError):  # Frappe 16
		from frappe.tests.utils import generators

		missing = generators.get_missing_records_doctypes
		generators.get_missing_records_doctypes = lambda doctype, visited=None: (
			missing(doctype, visited) if frappe.db.exists("DocType", doctype) else []
		)


def stay_offline() -> None:
	"""Exchange rates and the like come from the network or not, as it happens: here they never do, for both sites alike."""
	import requests

	def refuse(_adapter: Any, request: Any, *_arguments: Any, **_options: Any) -> None:
		raise requests.ConnectionError(f"No network in this run: {request.url}")

	requests.adapters.HTTPAdapter.send = refuse


def forget_former_site(site: str) -> None:
	"""Empties the cache of the site, whose database has just been replaced."""
	import frappe

	frappe.init(site=site, sites_path=".")
	frappe.cache.delete_keys("")
	frappe.destroy()


def main(site: str, doctype: str, target: str, *tests: str) -> None:
	stay_offline()
	forget_former_site(site)
	adjust_test_records(doctype)
	for method, note in (
		("startTest", started),
		("addError", failed),
		("addFailure", failed),
		("addSubTest", subtest_ended),
		("addSkip", skipped),
	):
		listen(method, note)
	chosen = [argument for test in tests for argument in ("--test", test)]
	command = ["--site", site, "run-tests", "--app", "erpnext", "--doctype", doctype, *chosen]
	sys.argv = ["frappe", "frappe", *command]
	from frappe.utils import bench_helper

	try:
		with contextlib.suppress(SystemExit):  # the verdict is in the outcomes
			bench_helper.main()
	finally:
		Path(target).write_text(json.dumps({"outcomes": outcomes, "complaints": complaints}))


if __name__ == "__main__":
	main(*sys.argv[1:])
