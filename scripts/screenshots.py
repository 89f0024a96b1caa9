"""Takes the README's pictures from the demo site: `screenshots.py SITE DIRECTORY`, with the test tools' Python, in `sites`."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from browser import serving

# What to show: the picture's name, the route, and what has to be there before it is taken.
PICTURES = (("board", "/app/pipeline-board", ".deal-card"),)
WIDE = {"width": 1440, "height": 900}


def demo_login(site: str, role: str) -> dict[str, str]:
	command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "--site", site]
	done = subprocess.run(
		[*command, "execute", "crm_plus.setup.demo.logins"], capture_output=True, check=True
	)
	return next(login for login in json.loads(done.stdout.splitlines()[-1]) if login["role"] == role)


def take(page: Page, directory: Path) -> None:
	for name, route, sign in PICTURES:
		page.goto(route)
		page.wait_for_selector(sign)
		page.wait_for_load_state("networkidle")
		page.screenshot(path=directory / f"{name}.png")
		print(f"{name}.png", flush=True)


def main(site: str, directory: Path) -> None:
	directory.mkdir(parents=True, exist_ok=True)
	login = demo_login(site, "Sales manager")
	log = Path(tempfile.mkdtemp()) / "log"
	with serving.serve(site, Path.cwd(), log) as address, serving.open_chromium() as chromium:
		page = chromium.new_page(base_url=address, viewport=WIDE, locale="en-US")
		page.set_default_timeout(60_000)
		serving.log_in(page, login["user"], login["password"])
		take(page, directory)


if __name__ == "__main__":
	main(sys.argv[1], Path(sys.argv[2]))
