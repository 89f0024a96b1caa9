"""Browser tests: a real Chromium against the real site, served for as long as the tests run.

Fixtures: `served` (the address), `browser_page` (a new page, not logged in, with its own cookies) and `login`.
A failed test leaves a picture of each open page in tests/browser/failures, or in $CRM_PLUS_FAILURES.
"""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from crm_plus.tests import connection

ROOT = Path(__file__).resolve().parents[2]
FAILURES = Path(os.environ.get("CRM_PLUS_FAILURES") or Path(__file__).parent / "failures")
START_SECONDS = 120
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync"]
QUIET += ["--disable-background-networking", "--disable-component-update"]

started_in = os.getcwd()
connection.connect()
os.chdir(started_in)

failed = pytest.StashKey[bool]()


@pytest.fixture(scope="session", autouse=True)
def in_sites_directory() -> Iterator[None]:
	"""A browser test may also ask the site directly, and Frappe wants to stand in `sites` for that."""
	os.chdir(connection.sites_directory())
	yield
	os.chdir(started_in)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
	"""Serve the site (web, socket.io, a worker) on free ports; gives its address, without a slash at the end."""
	log = tmp_path_factory.mktemp("served") / "log"
	port, socketio_port = free_ports(2)
	python = connection.sites_directory().parent / "env" / "bin" / "python"
	ports = ["--port", str(port), "--socketio-port", str(socketio_port)]
	process = subprocess.Popen(
		[python, ROOT / "scripts" / "serve.py", connection.site_name(), *ports, "--log", log],
		cwd=connection.sites_directory(),
		stdin=subprocess.DEVNULL,
	)
	try:
		wait_until_served(process, port, log)
		yield f"http://{connection.site_name()}:{port}"
	finally:
		process.send_signal(signal.SIGTERM)
		process.wait(60)


def free_ports(count: int) -> list[int]:
	sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
	ports = [open_socket.getsockname()[1] for open_socket in sockets]
	for open_socket in sockets:
		open_socket.close()
	return ports


def wait_until_served(process: subprocess.Popen, port: int, log: Path) -> None:
	address = f"http://127.0.0.1:{port}/api/method/ping"
	request = urllib.request.Request(address, headers={"Host": connection.site_name()})
	deadline = time.monotonic() + START_SECONDS
	while time.monotonic() < deadline and process.poll() is None:
		try:
			urllib.request.urlopen(request, timeout=30)
			return
		except (urllib.error.URLError, OSError):
			time.sleep(0.3)
	pytest.fail(f"The site is not served on port {port}:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(
			executable_path=os.environ.get("CHROMIUM") or system_chromium(), args=QUIET
		)
		yield browser
		browser.close()


def system_chromium() -> str | None:
	"""None stands for Playwright's own."""
	return next(
		(path for path in ("/usr/bin/chromium", "/usr/bin/google-chrome") if Path(path).exists()), None
	)


@pytest.fixture
def browser_page(request: pytest.FixtureRequest, chromium: Browser, served: str) -> Iterator[Page]:
	"""A page of its own for each test; paths like "/login" are taken on the served site."""
	context = chromium.new_context(base_url=served, viewport={"width": 1280, "height": 900}, locale="en-US")
	context.set_default_timeout(30_000)
	page = context.new_page()
	yield page
	if request.node.stash.get(failed, False):
		picture(context.pages, request.node.nodeid)
	context.close()


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
	return report


@pytest.fixture
def login(served: str) -> Callable[[Page, str, str], None]:
	"""`login(page, user, password)`: the page's browser is logged in after it; no page of the desk is open yet."""
	return log_in


def log_in(page: Page, user: str, password: str) -> None:
	page.goto("/login")
	status = page.evaluate(
		"""async ([usr, pwd]) => (await fetch("/api/method/login", {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify({ usr, pwd }),
		})).status""",
		[user, password],
	)
	assert status == 200, f"{user} could not log in: HTTP {status}"
