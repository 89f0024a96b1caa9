"""Installs and uninstalls CRM Plus on a throw-away site and tells what stays. In the bench's sites folder, as its user:

	lifecycle_check.py SITE [--restore]

With --restore SITE is first made equal to the snapshot with ERPNext that `make test` keeps. SITE has ERPNext with a company, and no CRM Plus. The whole database is compared, row by row: installing twice changes nothing;
an installation that is refused changes nothing; after an uninstall all is as before, but for what stands in EXPECTED. Then
the app is installed again and worked with, and after the second uninstall no row anywhere names a DocType of it.
Prints what it found and exits with 1 where that is not what it should be.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import database_print
import lifecycle_use
import make_site
import snapshots
from database_print import Table

APP, MODULE, PREFIX = "crm_plus", "CRM Plus", "crm_plus_"
# Differences that are Frappe's own, each a pattern with its reason.
EXPECTED = (
	(
		r"tab(Deleted Document|Version|Activity Log|Permission Log): new row|tabComment: new row Deleted ",
		"Frappe's record of what was deleted and changed",
	),
	(r"tabSingles: row changed: .*\.(modified|modified_by)$", "when Frappe last wrote a settings document"),
	(
		r".*: (new column|column gone:?) (creation|modified) datetime",
		"an index that Frappe adds to tables it brings up to date",
	),
)
# Where the app is there already: Frappe notes all of an app's patches as done at each installation, known or not.
NOTED_AGAIN = (
	(r"tabPatch Log: new row crm_plus\.patches\.[\w.]+( #\d+)?'$", "a second note of a patch that is done"),
)
# Kept on purpose where the app was used: see setup/uninstall.py.
LEFT_AFTER_USE = (
	(r"tabDeleted Document ", "Frappe's record of what was deleted"),
	(r"tab(Version|Permission Log) ", "Frappe's record of who changed a DocType or its rights"),
)


def main(site: str, *options: str) -> None:
	if "--restore" in options:
		snapshots.restore("base", snapshots.base_key(), site, None)
	make_site.with_site(site, forget_former_site)
	must(
		site, "migrate", "--skip-search-index"
	)  # what Frappe and ERPNext tidy up there is not for us to explain
	before = printed(site)
	faults = [
		*check("a refused installation", lambda: refuse(site, before)),
		*check("an installation", lambda: install(site)),
		*check("a second installation", lambda: install_again(site)),
		*check("an uninstall", lambda: uninstall(site, before)),
		*check("an uninstall after use", lambda: use_and_uninstall(site, before)),
	]
	sys.exit(1 if faults else 0)


def forget_former_site() -> None:
	"""Empties the cache of the site, whose database may just have been replaced."""
	import frappe

	frappe.cache.delete_keys("")


def check(what: str, function: Callable[[], list[str]]) -> list[str]:
	faults = function()
	print(f"      {what}: {'as it should be' if not faults else f'{len(faults)} faults'}", flush=True)
	for fault in faults:
		print(f"          {fault}")
	return faults


def printed(site: str) -> dict[str, Table]:
	return make_site.with_site(site, database_print.take)


def refuse(site: str, before: dict[str, Table]) -> list[str]:
	"""Another app has a DocType of one of our names: the installation says so and leaves everything alone."""
	make_site.with_site(site, lambda: lifecycle_use.make_rival("Deal"))
	rivalled = printed(site)
	done = run(site, "install-app", APP)
	faults = unexpected(database_print.differences(rivalled, printed(site)))
	if done.returncode == 0:
		faults.append("the installation was not refused")
	if not re.search(r"cannot be installed.*Deal", done.stdout):
		faults.append(f"the refusal does not say that it is about Deal: {done.stdout[-300:]}")
	make_site.with_site(site, lambda: lifecycle_use.remove_rival("Deal"))
	return faults + unexpected(database_print.differences(before, printed(site)))


def install(site: str) -> list[str]:
	must(site, "install-app", APP)
	return make_site.with_site(site, custom_fields_faults)


def custom_fields_faults() -> list[str]:
	"""Each custom field that came with the app carries its module, by which Frappe removes it, and its prefix."""
	import frappe

	fields = frappe.get_all("Custom Field", {"module": MODULE}, ["name", "fieldname"])
	strays = frappe.get_all(
		"Custom Field", {"fieldname": ["like", f"{PREFIX}%"], "module": ["is", "not set"]}
	)
	faults = [
		f"custom field {field.name} lacks the prefix"
		for field in fields
		if not field.fieldname.startswith(PREFIX)
	]
	faults += [f"custom field {field.name} lacks the module" for field in strays]
	return faults if fields else ["no custom field was installed"]


def install_again(site: str) -> list[str]:
	first = printed(site)
	must(site, "install-app", APP, "--force")
	make_site.with_site(site, forget_former_site)
	must(site, "migrate", "--skip-search-index")
	faults = unexpected(database_print.differences(first, printed(site)))
	return [fault for fault in faults if not matches(fault, NOTED_AGAIN)]


def uninstall(site: str, before: dict[str, Table]) -> list[str]:
	must(site, "uninstall-app", APP, "--yes", "--no-backup")
	return unexpected(database_print.differences(before, printed(site)))


def use_and_uninstall(site: str, before: dict[str, Table]) -> list[str]:
	must(site, "install-app", APP)
	words = make_site.with_site(site, lifecycle_use.words)
	made = make_site.with_site(site, lifecycle_use.use)
	must(site, "uninstall-app", APP, "--yes", "--no-backup")
	faults = make_site.with_site(site, lambda: database_print.mentions(words, APP, before))
	faults = [fault for fault in faults if not matches(fault, LEFT_AFTER_USE)]
	return faults + make_site.with_site(site, lambda: lifecycle_use.still_usable(made))


def unexpected(differences: list[str]) -> list[str]:
	return [difference for difference in differences if not matches(difference, EXPECTED)]


def matches(text: str, patterns: tuple[tuple[str, str], ...]) -> bool:
	return any(re.match(pattern, text) for pattern, _reason in patterns)


def run(site: str, *arguments: str) -> Any:
	command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "--site", site, *arguments]
	return subprocess.run(
		command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
	)


def must(site: str, *arguments: str) -> None:
	done = run(site, *arguments)
	if done.returncode:
		sys.exit(f"This failed: {' '.join(arguments)}\n{done.stdout[-3000:]}")


if __name__ == "__main__":
	main(*sys.argv[1:])
