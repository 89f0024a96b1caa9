"""Serves a site for as long as a block lasts, and drives Chromium on it: for the browser tests and the README's pictures."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from crm_plus.tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS, END_SECONDS = 300, 120
# Milliseconds, however busy the machine is: what is waited for ends the waiting as soon as it is there.
PATIENCE = 90_000
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync"]
QUIET += ["--disable-background-networking", "--disable-component-update"]


@contextmanager
def serve(site: str, sites: Path, log: Path) -> Iterator[str]:
	"""Run web, socket.io and a worker on free ports; gives the address, without a slash at the end.

	Raises RuntimeError with the end of the processes' output where the site does not answer.
	"""
	port, socketio_port = free_port(), free_port()
	ports = ["--port", str(port), "--socketio-port", str(socketio_port)]
	command = [
		sites.parent / "env" / "bin" / "python",
		ROOT / "scripts" / "serve.py",
		site,
		*ports,
		"--log",
		log,
	]
	process = subprocess.Popen(command, cwd=sites, stdin=subprocess.DEVNULL)
	try:
		wait_until_served(process, site, port, log)
		yield f"http://{site}:{port}"
	finally:
		process.send_signal(signal.SIGTERM)
		process.wait(END_SECONDS)


def wait_until_served(process: subprocess.Popen, site: str, port: int, log: Path) -> None:
	"""Ask until there is an answer; raises RuntimeError where the process ends or takes too long."""
	request = urllib.request.Request(f"http://127.0.0.1:{port}/api/method/ping", headers={"Host": site})
	deadline = time.monotonic() + START_SECONDS
	while time.monotonic() < deadline and process.poll() is None:
		try:
			urllib.request.urlopen(request, timeout=30)
			return
		except (urllib.error.URLError, OSError):
			time.sleep(0.3)
	raise RuntimeError(f"The site is not served on port {port}:\n{log.read_text()[-4000:]}")


@contextmanager
def open_chromium() -> Iterator[Browser]:
	"""Start Chromium: $CHROMIUM, the system's, or Playwright's own."""
	installed = (path for path in ("/usr/bin/chromium", "/usr/bin/google-chrome") if Path(path).exists())
	program = os.environ.get("CHROMIUM") or next(installed, None)
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(executable_path=program, args=QUIET, timeout=PATIENCE)
		yield browser
		browser.close()


def log_in(page: Page, user: str, password: str) -> None:
	"""Log the page's browser in; no page of the desk is open after it."""
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
