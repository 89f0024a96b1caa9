"""A site's database and configuration file, handled from outside Frappe. The current directory is the bench's sites."""

import hashlib
import json
import os
import platform
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True)
class Admin:
	"""An account that may make databases and users."""

	user: str
	password: str

	@classmethod
	def read(cls, lines: IO[str]) -> "Admin | None":
		user, password = lines.readline().strip(), lines.readline().rstrip("\n")
		return cls(user, password) if user else None


def name_for(site: str) -> str:
	"""The same name for the same site of the same bench, so that what is left of a lost site gets replaced.

	Containers that share a database server have the same paths, and must not replace each other's sites.
	"""
	sites = Path(site).absolute().parent
	bench = f"{platform.node()} {sites.stat().st_ino} {sites / Path(site).name}"
	return "crm_plus_" + hashlib.sha256(bench.encode()).hexdigest()[:12]


def new_password() -> str:
	return secrets.token_urlsafe(18)


def read_config(site: str) -> dict:
	path = Path(site) / "site_config.json"
	return json.loads(path.read_text()) if path.exists() else {}


def set_config(site: str, **values: object) -> None:
	"""Sets what is given in the site's configuration; None takes it out."""
	path = Path(site) / "site_config.json"
	new = path.with_suffix(".new")
	config = {key: value for key, value in {**read_config(site), **values}.items() if value is not None}
	new.write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
	new.replace(path)


def usable(site: str) -> bool:
	"""Does the site exist, and can its own user log in to its database?"""
	config = read_config(site)
	if not config.get("db_name"):
		return False
	with credentials(own_account(config)) as options:
		return subprocess.run([client(), options, "-e", "SELECT 1"], capture_output=True).returncode == 0


def create(site: str, admin: Admin | None, **config: object) -> None:
	"""Makes the site's folders, configuration, empty database and database user."""
	if admin is None:
		raise SystemExit("Making a new site needs the database's administrator.")
	name, password = name_for(site), new_password()
	with credentials(admin) as options:
		host = query(options, "SELECT SUBSTRING_INDEX(USER(), '@', -1)")
		user = f"'{name}'@'{host}'"
		query(
			options,
			f"DROP DATABASE IF EXISTS `{name}`; CREATE OR REPLACE USER {user} IDENTIFIED BY '{password}';",
		)
		query(options, f"GRANT ALL PRIVILEGES ON `{name}`.* TO {user};")
	for folder in ("private/files", "private/backups", "public/files", "logs", "locks"):
		(Path(site) / folder).mkdir(parents=True, exist_ok=True)
	set_config(site, db_name=name, db_password=password, db_type="mariadb", **config)


def remove(site: str, admin: Admin) -> None:
	"""Drops the site's database and its user, whatever the password is that some earlier site gave it."""
	name = name_for(site)
	with credentials(admin) as options:
		query(options, f"DROP DATABASE IF EXISTS `{name}`")
		for host in query(options, f"SELECT host FROM mysql.user WHERE user = '{name}'").splitlines():
			query(options, f"DROP USER '{name}'@'{host}'")


def load(site: str, dump: Path) -> None:
	"""Replaces the site's database by what the dump holds."""
	config = read_config(site)
	name = config["db_name"]
	with credentials(own_account(config)) as options:
		query(
			options,
			f"DROP DATABASE IF EXISTS `{name}`; CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;",
		)
		unpack = subprocess.Popen(["gzip", "-dc", str(dump)], stdout=subprocess.PIPE)
		fast = "SET SESSION foreign_key_checks=0, unique_checks=0"
		command = [client(), options, "--default-character-set=utf8mb4", f"--init-command={fast}", name]
		subprocess.run(command, stdin=unpack.stdout, check=True)
		if unpack.wait():
			raise SystemExit(f"{dump} cannot be read: remove it and try again.")


def dump(site: str, target: Path) -> None:
	"""Writes the site's database to the file, compressed."""
	config = read_config(site)
	program = "mariadb-dump" if shutil.which("mariadb-dump") else "mysqldump"
	with credentials(own_account(config)) as options, target.open("wb") as file:
		options_of_dump = [
			"--single-transaction",
			"--quick",
			"--skip-lock-tables",
			"--default-character-set=utf8mb4",
		]
		reading = subprocess.Popen(
			[program, options, *options_of_dump, config["db_name"]], stdout=subprocess.PIPE
		)
		subprocess.run(["gzip", "-1"], stdin=reading.stdout, stdout=file, check=True)
		if reading.wait():
			raise SystemExit(f"The database of {site} cannot be dumped.")


def client() -> str:
	return "mariadb" if shutil.which("mariadb") else "mysql"


def own_account(config: dict) -> Admin:
	return Admin(config.get("db_user") or config["db_name"], config["db_password"])


def query(options: str, sql: str) -> str:
	done = subprocess.run([client(), options, "-N", "-e", sql], capture_output=True, text=True)
	if done.returncode:
		raise SystemExit(f"MariaDB refused: {done.stderr.strip()}")
	return done.stdout.strip()


@contextmanager
def credentials(account: Admin) -> Iterator[str]:
	"""A client's option that names a file with the account's password, so that no process list shows it."""
	common = Path("common_site_config.json")
	config = json.loads(common.read_text()) if common.exists() else {}
	host = os.environ.get("FRAPPE_DB_HOST") or config.get("db_host") or "127.0.0.1"
	port = os.environ.get("FRAPPE_DB_PORT") or config.get("db_port") or 3306
	with tempfile.NamedTemporaryFile("w", suffix=".cnf") as file:
		file.write(
			f'[client]\nhost={host}\nport={port}\nprotocol=tcp\nuser={account.user}\npassword="{account.password}"\n'
		)
		file.flush()
		yield f"--defaults-extra-file={file.name}"
