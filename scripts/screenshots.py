"""Takes the README's pictures from the demo site: `screenshots.py SITE DIRECTORY`, with the test tools' Python, in `sites`."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from browser import serving

WIDE, PHONE = 1280, 390
TALLEST = 2600
# Enough for the Desk's flat colours, at a third of the size.
COLORS = 128
CARDS = ".dashboard .number-widget-box .number"
# A bar of nothing is never visible.
BARS = ".dashboard .frappe-chart .bar:not([height='0'])"
TABLE = ".datatable .dt-row-0"


@dataclass(frozen=True)
class Picture:
	"""The picture's name, the route, what has to be there before it is taken, its width, and the Desk's theme."""

	name: str
	route: str
	sign: str
	width: int = WIDE
	theme: str = "light"
	height: int = 900
	tallest: int = TALLEST


PICTURES = (
	Picture("board", "/app/pipeline-board", ".deal-card", width=1440),
	Picture("sales", "/app/dashboard-view/CRM Plus Sales", BARS),
	Picture("activity", "/app/dashboard-view/CRM Plus Activity", BARS),
	Picture("customers", "/app/dashboard-view/CRM Plus Customers", BARS),
	Picture("service", "/app/dashboard-view/CRM Plus Service", BARS),
	Picture("deal-to-cash", "/app/query-report/Deal to Cash", TABLE),
	Picture("funnel", "/app/query-report/Funnel and Stage Conversion", TABLE),
	Picture("response-time", "/app/query-report/Response Time", TABLE),
	Picture("sales-dark", "/app/dashboard-view/CRM Plus Sales", BARS, theme="dark"),
	Picture("sales-phone", "/app/dashboard-view/CRM Plus Sales", BARS, width=PHONE, tallest=1500),
)


def demo_login(site: str, role: str) -> dict[str, str]:
	command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "--site", site]
	done = subprocess.run(
		[*command, "execute", "crm_plus.setup.demo.logins"], capture_output=True, check=True
	)
	return next(login for login in json.loads(done.stdout.splitlines()[-1]) if login["role"] == role)


def take(page: Page, picture: Picture, directory: Path) -> None:
	page.set_viewport_size({"width": picture.width, "height": picture.height})
	page.goto(picture.route)
	page.locator(picture.sign).first.wait_for()
	if picture.theme != "light":
		page.evaluate("(theme) => document.documentElement.setAttribute('data-theme', theme)", picture.theme)
	settle(page)
	# The Desk scrolls inside of itself: the window is made as high as what it shows.
	if picture.name != "board":
		height = page.evaluate(
			"document.querySelector('.page-container:not([style*=none])').scrollHeight + 60"
		)
		page.set_viewport_size(
			{"width": picture.width, "height": min(max(picture.height, height), picture.tallest)}
		)
		settle(page)
	path = directory / f"{picture.name}.png"
	page.screenshot(path=path)
	Image.open(path).convert("RGB").quantize(COLORS).save(path, optimize=True)
	print(f"{path.name}: {path.stat().st_size // 1024} kB", flush=True)


def settle(page: Page) -> None:
	"""Wait until nothing is under way and the charts have stopped moving."""
	page.wait_for_load_state("networkidle")
	page.wait_for_function("() => !window.frappe?.request?.ajax_count")
	page.wait_for_timeout(1500)


def logged_in(chromium: Browser, address: str, login: dict[str, str]) -> Page:
	page = chromium.new_page(base_url=address, locale="en-US")
	page.set_default_timeout(60_000)
	serving.log_in(page, login["user"], login["password"])
	return page


def main(site: str, directory: Path) -> None:
	directory.mkdir(parents=True, exist_ok=True)
	login = demo_login(site, "Sales manager")
	log = Path(tempfile.mkdtemp()) / "log"
	with serving.serve(site, Path.cwd(), log) as address, serving.open_chromium() as chromium:
		page = logged_in(chromium, address, login)
		for picture in PICTURES:
			take(page, picture, directory)


if __name__ == "__main__":
	main(sys.argv[1], Path(sys.argv[2]))
