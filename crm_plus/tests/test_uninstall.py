"""An uninstall leaves ERPNext as it was. Runs scripts/lifecycle_check.py on a site of its own, beside the test site."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

from crm_plus.tests.connection import site_name, sites_directory

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "lifecycle_check.py"


def spare_site() -> str:
	"""Return the site beside the test site that may be filled and emptied at will; `make test` makes it."""
	return f"spare-{site_name()}"


class TestUninstall(unittest.TestCase):
	def test_install_and_uninstall_leave_nothing_behind(self) -> None:
		if not (sites_directory() / spare_site()).is_dir() and not os.environ.get("CI"):
			self.skipTest(f"There is no site {spare_site()}: `make test` makes it.")
		done = subprocess.run(
			[sys.executable, "-W", "ignore", str(SCRIPT), spare_site(), "--restore"],
			cwd=sites_directory(),
			env={**os.environ, "BENCH_DIR": str(sites_directory().parent)},
			stdin=subprocess.DEVNULL,
			stdout=subprocess.PIPE,
			stderr=subprocess.STDOUT,
			text=True,
		)
		self.assertEqual(done.returncode, 0, done.stdout)
