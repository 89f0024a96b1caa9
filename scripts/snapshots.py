"""Snapshots of sites, in the bench's folder .crm-plus: the database, the files, and the key that reads its secrets.

"base" is a site with ERPNext set up, kept for as long as Frappe and ERPNext stay the same; "ready" has CRM Plus too.
"""

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import database

BENCH = Path(os.environ.get("BENCH_DIR") or Path.cwd().parent)
STATE = BENCH / ".crm-plus"
# What a site's database is made from; all else is read from the files while the site runs.
SCHEMA_OF_HOST = (
	"patches.txt",
	"hooks.py",
	"__init__.py",
	"**/doctype/*/*.json",
	"**/setup/setup_wizard/**/*.py",
)
SCHEMA_OF_APP = ("*.txt", "hooks.py", "patches/**/*.py", "setup/**/*.py", "**/*.json", "**/*.html", "**/*.md")
NOT_SCHEMA = ("public", "node_modules", "__pycache__", "tests", "locale")


def base_key() -> str:
	"""Changes with whatever a new site with ERPNext is made from, this folder's own code included."""
	here = Path(__file__).parent
	own = [here / "make_site.py", here / "database.py"]
	hosts = [file for app in ("frappe", "erpnext") for file in schema_files(app, SCHEMA_OF_HOST)]
	return digest([*own, *hosts])


def schema_key() -> str:
	"""Changes with the base and with whatever CRM Plus puts into a site's database."""
	return hashlib.sha256(
		(base_key() + digest(schema_files("crm_plus", SCHEMA_OF_APP))).encode()
	).hexdigest()[:16]


def schema_files(app: str, patterns: tuple[str, ...]) -> Iterator[Path]:
	root = BENCH / "apps" / app / app
	for file in sorted({file for pattern in patterns for file in root.glob(pattern)}):
		if not any(part in NOT_SCHEMA for part in file.relative_to(root).parts) and "demo" not in file.stem:
			yield file


def digest(files: list[Path] | Iterator[Path]) -> str:
	total = hashlib.sha256()
	for file in files:
		total.update(str(file.name).encode())
		total.update(file.read_bytes())
	return total.hexdigest()[:16]


def folder(kind: str, key: str) -> Path:
	return STATE / "snapshots" / f"{kind}-{key}"


def exists(kind: str, key: str) -> bool:
	return folder(kind, key).is_dir()


def save(kind: str, key: str, site: str) -> None:
	"""Keeps the site as it is now; older snapshots of the kind go."""
	target = folder(kind, key)
	new = target.with_name("unfinished")
	shutil.rmtree(new, ignore_errors=True)
	new.mkdir(parents=True)
	database.dump(site, new / "database.sql.gz")
	with tarfile.open(new / "files.tar", "w") as archive:
		for part in ("public/files", "private/files"):
			archive.add(Path(site) / part, arcname=part)
	(new / "encryption_key").write_text(database.read_config(site).get("encryption_key", ""))
	for old in target.parent.glob(f"{kind}-*"):
		shutil.rmtree(old)
	new.rename(target)


def restore(kind: str, key: str, site: str, admin: database.Admin | None) -> None:
	"""Makes the site, or what is there of it, equal to the snapshot."""
	source = folder(kind, key)
	if not database.usable(site):
		database.create(site, admin)
	database.load(site, source / "database.sql.gz")
	for part in ("public/files", "private/files"):
		shutil.rmtree(Path(site) / part, ignore_errors=True)
	with tarfile.open(source / "files.tar") as archive:
		archive.extractall(site)
	secret = (source / "encryption_key").read_text()
	if secret:
		database.set_config(site, encryption_key=secret)
