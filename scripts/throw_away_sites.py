"""Makes and removes sites beside the test site, in the bench's sites folder, with its Python and as its user:

	throw_away_sites.py bare SITE    Frappe and ERPNext, whose setup nobody has completed yet: its test suites do that
	throw_away_sites.py with SITE    the same with CRM Plus
	throw_away_sites.py base SITE    Frappe and ERPNext and a company, as `make test` starts from
	throw_away_sites.py empty SITE   a site with an empty database, for whoever fills it from a snapshot
	throw_away_sites.py has SITE     succeeds where the site is there, made by this, and can be filled
	throw_away_sites.py drop SITE    removes the site, its database and its database user

The administrator's name and password come on stdin, a line each. A site that this did not make is never touched.
"""

import os
import shutil
import sys
from pathlib import Path

import database
import make_site
import snapshots


def mark_of(site: str) -> Path:
	"""Stands beside the snapshots for each site made here: nothing without it is replaced or removed."""
	return snapshots.STATE / f"{site}.throw-away"


def main(action: str, site: str) -> None:
	if action == "has":
		sys.exit(0 if mark_of(site).exists() and database.usable(site) else 1)
	admin = database.Admin.read(sys.stdin)
	if admin is None:
		sys.exit("The database's administrator is needed.")
	drop(site, admin)
	if action != "drop":
		make(action, site, admin)


def make(kind: str, site: str, admin: database.Admin) -> None:
	"""Makes the site from the snapshot of its kind, which is made where there is none that fits."""
	mark_of(site).touch()
	make_site.say(f"making {site}")
	database.create(site, admin)
	if kind == "base":
		make_site.make_base(site, snapshots.base_key(), admin)
	elif kind == "bare":
		make_bare(site, admin)
	elif kind == "with" and not fill(kind, site):
		fill("bare", site)
		make_site.say(f"installing CRM Plus on {site}")
		make_site.bench(site, "install-app", make_site.APP)
		snapshots.save(kind, key_of(kind), site)
	database.set_config(site, allow_tests=True)


def make_bare(site: str, admin: database.Admin) -> None:
	if fill("bare", site):
		return
	make_site.say("which has to be made from nothing (some minutes)")
	make_site.make_bare(site, admin)
	snapshots.save("bare", key_of("bare"), site)


def fill(kind: str, site: str) -> bool:
	"""Makes an existing site equal to the snapshot of a kind; False where there is none that fits."""
	if not snapshots.exists(kind, key_of(kind)):
		return False
	snapshots.restore(kind, key_of(kind), site, None)
	return True


def fill_again(kind: str, site: str) -> None:
	"""Makes the site equal to the kind's newest snapshot, whatever has changed since that was made."""
	kept = sorted((snapshots.STATE / "snapshots").glob(f"{kind}-*"))
	snapshots.restore(kind, kept[-1].name.removeprefix(f"{kind}-"), site, None)
	# Frappe notes there which test records the database holds.
	for note in (".test_log", ".test_records.jsonl"):
		(Path(site) / note).unlink(missing_ok=True)


def key_of(kind: str) -> str:
	return snapshots.schema_key() if kind == "with" else snapshots.base_key()


def drop(site: str, admin: database.Admin) -> None:
	"""Removes the site, where it is one of ours; refuses where somebody else's has that name."""
	if Path(site).exists() and not mark_of(site).exists():
		sys.exit(f"There is a site {site} that this did not make: rename or remove it, and try again.")
	database.remove(site, admin)
	shutil.rmtree(site, ignore_errors=True)
	mark_of(site).unlink(missing_ok=True)


if __name__ == "__main__":
	os.environ.setdefault("BENCH_DIR", str(Path.cwd().parent))
	main(*sys.argv[1:])
