"""pytest for the whole repository: Hypothesis' settings, and the verdict on what was checked outside pytest.

`make test` runs ruff and mypy first and goes on when they complain, so that one run tells everything. What they found
must not be lost behind a green summary: each comes in here as an error, in the summary line and in the exit code.
"""

import os

import pytest

from crm_plus.tests import examples

examples.choose_profile()


def failed_outside() -> list[str]:
	return [text for text in os.environ.get("CRM_PLUS_FAULTS", "").split(", ") if text]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
	for text in failed_outside():
		report = pytest.CollectReport(
			nodeid=f"make test: {text}", outcome="failed", longrepr="see above", result=[]
		)
		terminalreporter.stats.setdefault("error", []).append(report)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
	if failed_outside() and session.exitstatus == pytest.ExitCode.OK:
		session.exitstatus = pytest.ExitCode.TESTS_FAILED
