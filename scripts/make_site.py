"""Makes the site for tests or for the demo. Runs with the bench's Python, in its sites folder, as the bench's user:

	make_site.py needs-admin SITE     prints "yes" where the database's administrator is needed to go on
	make_site.py test SITE            a fresh site with CRM Plus, from a snapshot where one fits
	make_site.py demo SITE            the site as it is, with what it lacks added

The administrator's name and password come on stdin, a line each. Progress goes to stderr, all other output to stdout.
"""

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import database
import snapshots

APP = "crm_plus"


def say(text: str) -> None:
	print(f"      {text}", file=sys.stderr, flush=True)


def bench(site: str, *arguments: str, site_option: bool = True) -> None:
	"""Runs a command of Frappe's; ends the run where it fails, without repeating the arguments: passwords are among them."""
	where = ["--site", site] if site_option else []
	command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", *where, *arguments]
	if subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT).returncode:
		sys.exit(f"Frappe's command {arguments[0]} failed on {site}.")


def make_test_site(site: str, admin: database.Admin | None) -> None:
	"""Throws the test site away and makes it anew, in the state that the app's schema calls for."""
	base, ready = snapshots.base_key(), snapshots.schema_key()
	if not database.usable(site):
		shutil.rmtree(site, ignore_errors=True)
	if snapshots.exists("ready", ready):
		say("restoring the site from the snapshot with CRM Plus")
		snapshots.restore("ready", ready, site, admin)
	else:
		make_base(site, base, admin)
		say("installing CRM Plus on the site")
		database.set_config(site, allow_tests=True)
		bench(site, "install-app", APP)
		snapshots.save("ready", ready, site)
	database.set_config(site, allow_tests=True)


def make_demo_site(site: str, admin: database.Admin | None) -> None:
	"""Uses the site that is there; what an interrupted run left behind is made again."""
	unfinished = snapshots.STATE / f"{site}.unfinished"
	if unfinished.exists():
		shutil.rmtree(site, ignore_errors=True)
	if not Path(site).exists():
		unfinished.touch()
		make_base(site, snapshots.base_key(), admin)
		unfinished.unlink()
	installed = with_site(site, installed_apps)
	if "erpnext" not in installed:
		say("installing ERPNext on the site")
		bench(site, "install-app", "erpnext")
	with_site(site, complete_setup)
	install_or_migrate(site, installed)


def install_or_migrate(site: str, installed: list[str]) -> None:
	stamp, schema = snapshots.STATE / f"{site}.schema", snapshots.schema_key()
	if APP not in installed:
		say("installing CRM Plus on the site")
		bench(site, "install-app", APP)
	elif not stamp.exists() or stamp.read_text() != schema:
		say("migrating the site")
		bench(site, "migrate", "--skip-search-index")
	stamp.write_text(schema)


def make_base(site: str, key: str, admin: database.Admin | None) -> None:
	"""A site with ERPNext and its setup completed: from the snapshot, or made, which takes some minutes."""
	if snapshots.exists("base", key):
		say("restoring the site from the snapshot with ERPNext")
		snapshots.restore("base", key, site, admin)
		return
	if admin is None:
		sys.exit("Making a new site needs the database's administrator.")
	say("making a new site with Frappe and ERPNext (some minutes)")
	make_bare(site, admin)
	say("completing ERPNext's setup: company, accounts, fiscal year, currency")
	with_site(site, complete_setup)
	snapshots.save("base", key, site)


def make_bare(site: str, admin: database.Admin) -> None:
	"""A new site with Frappe and ERPNext in the place of whatever is there or was there."""
	shutil.rmtree(site, ignore_errors=True)
	database.remove(site, admin)  # Frappe 16 would leave its user the old password
	name, password = database.name_for(site), database.new_password()
	bench(
		site,
		*("new-site", site, "--force", "--db-name", name, "--db-password", password),
		*("--db-root-username", admin.user, "--db-root-password", admin.password),
		*("--admin-password", "admin", "--install-app", "erpnext"),
		site_option=False,
	)


def with_site(site: str, function):
	"""Calls the function with the site connected and Administrator logged in; returns what it returns."""
	import frappe

	frappe.init(site=site, sites_path=".")
	frappe.connect()
	try:
		frappe.set_user("Administrator")
		return function()
	finally:
		frappe.destroy()


def installed_apps() -> list[str]:
	import frappe

	return frappe.get_installed_apps()


def complete_setup() -> None:
	"""What the setup wizard asks a new user, answered; nothing where the site has a company already."""
	import frappe
	from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

	if frappe.db.a_row_exists("Company"):
		return
	year = date.today().year
	answer = setup_complete(
		{
			"language": "English",
			"country": "Germany",
			"timezone": "Europe/Berlin",
			"currency": "EUR",
			"full_name": "Acme Admin",
			"email": "admin@acme.example",
			"password": "Acme-Admin-99x",
			"company_name": "Acme Corp",
			"company_abbr": "AC",
			"company_tagline": "Acme",
			"industry": "Manufacturing",
			"chart_of_accounts": "Standard",
			"fy_start_date": f"{year}-01-01",
			"fy_end_date": f"{year}-12-31",
			"enable_telemetry": 0,
		}
	)
	if (answer or {}).get("status") != "ok" or not frappe.db.a_row_exists("Company"):
		raise SystemExit(f"ERPNext's setup wizard did not complete: {answer}")
	neighbouring_years(year)
	frappe.db.set_single_value("System Settings", "enable_telemetry", 0)
	frappe.db.set_single_value("System Settings", "setup_complete", 1)
	frappe.db.commit()


def neighbouring_years(year: int) -> None:
	"""Last year and next year, so that what is dated some weeks away from a New Year's Day can be posted."""
	import frappe

	for other in (year - 1, year + 1):
		if not frappe.db.exists("Fiscal Year", {"year_start_date": f"{other}-01-01"}):
			frappe.get_doc(
				{
					"doctype": "Fiscal Year",
					"year": str(other),
					"year_start_date": f"{other}-01-01",
					"year_end_date": f"{other}-12-31",
				}
			).insert()


def main(action: str, site: str) -> None:
	if action == "needs-admin":
		print("yes" if needs_admin(site) else "no")
		return
	admin = database.Admin.read(sys.stdin)
	{"test": make_test_site, "demo": make_demo_site}[action](site, admin)


def needs_admin(site: str) -> bool:
	"""A site that can log in to its database can be filled from a snapshot; all else takes the administrator."""
	kept = snapshots.exists("ready", snapshots.schema_key()) or snapshots.exists("base", snapshots.base_key())
	return not kept or not database.usable(site) or (snapshots.STATE / f"{site}.unfinished").exists()


if __name__ == "__main__":
	os.environ.setdefault("BENCH_DIR", str(Path.cwd().parent))
	main(*sys.argv[1:])
