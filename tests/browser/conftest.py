"""Browser tests: a real Chromium against the real site, served for as long as the tests run.

Fixtures: `served` (the address), `browser_page` (a new page, not logged in, with its own cookies),
`phone` (the same at 390 px, with a touch screen) and `login`.
A failed test leaves a picture of each open page in tests/browser/failures, or in $CRM_PLUS_FAILURES, and shows what the
pages complained of: errors of scripts, and requests that failed.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser import serving
from browser.desk import new_browser
from crm_plus.tests import connection
from crm_plus.tests.clock import begin_in_one_day

LONGEST_TEST = 300  # seconds
FAILURES = Path(os.environ.get("CRM_PLUS_FAILURES") or Path(__file__).parent / "failures")

expect.set_options(timeout=serving.PATIENCE)
started_in = os.getcwd()
connection.connect()
os.chdir(started_in)

failed = pytest.StashKey[bool]()
complaints: list[str] = []


@pytest.fixture(scope="session", autouse=True)
def in_sites_directory() -> Iterator[None]:
	"""A browser test may also ask the site directly, and Frappe wants to stand in `sites` for that."""
	os.chdir(connection.sites_directory())
	yield
	os.chdir(started_in)


@pytest.fixture(autouse=True)
def in_one_day(in_sites_directory: None) -> None:
	"""What a page shows as today's is today's until its test ends."""
	begin_in_one_day(LONGEST_TEST)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
	"""The site's address, without a slash at the end; web, socket.io and a worker run behind it."""
	log = tmp_path_factory.mktemp("served") / "log"
	with serving.serve(connection.site_name(), connection.sites_directory(), log) as address:
		yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
	with serving.open_chromium() as browser:
		yield browser


@pytest.fixture
def browser_page(request: pytest.FixtureRequest, chromium: Browser, served: str) -> Iterator[Page]:
	"""A page of its own for each test; paths like "/login" are taken on the served site."""
	context = new_browser(chromium, served, 1280, 900)
	note_complaints(context)
	page = context.new_page()
	yield page
	if request.node.stash.get(failed, False):
		picture([page for context in chromium.contexts for page in context.pages], request.node.nodeid)
	context.close()


def note_complaints(context: BrowserContext) -> None:
	"""Keep what a browser's pages complain of until the test's end."""
	complaints.clear()
	context.on("weberror", lambda error: complaints.append(f"script: {error.error}"))
	context.on("requestfailed", lambda request: complaints.append(f"failed: {request.url} {request.failure}"))
	context.on(
		"response", lambda answer: answer.status < 400 or complaints.append(f"{answer.status}: {answer.url}")
	)


def picture(pages: list[Page], test: str) -> None:
	FAILURES.mkdir(parents=True, exist_ok=True)
	name = re.sub(r"[^\w.-]+", "-", test.split("/")[-1])
	for number, page in enumerate(pages):
		page.screenshot(path=FAILURES / f"{name}{f'-{number}' if number else ''}.png", full_page=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
	report = yield
	if report.when == "call":
		item.stash[failed] = report.failed
		if report.failed and complaints:
			report.sections.append(("What the pages complained of", "\n".join(complaints)))
	return report


@pytest.fixture
def phone(chromium: Browser, served: str) -> Iterator[Page]:
	"""Yield a page of a telephone, whose screen is touched."""
	context = new_browser(chromium, served, 390, 844, has_touch=True)
	note_complaints(context)
	yield context.new_page()
	context.close()


@pytest.fixture
def login(served: str) -> Callable[[Page, str, str], None]:
	"""`login(page, user, password)`: the page's browser is logged in after it; no page of the desk is open yet."""
	return serving.log_in
