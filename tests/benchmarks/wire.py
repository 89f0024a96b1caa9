"""Time lists as a browser waits for them: through a web server, with sessions, connections kept open. As run.py, on its site:

	wire.py --site SITE [--rounds 200] [--password admin]

A request brings what run.py leaves out, for everybody alike: session, routing, JSON. The sides are asked in turn; medians are
printed, and what one costs beside the other.
"""

import argparse
import http.client
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import frappe
import generate
import tree
from frappe.utils.password import update_password
from listing import DEAL, LINKED_TITLES, LIST_FIELDS, OPPORTUNITY, STANDARD, STANDARD_LISTS

HOST = "127.0.0.1"
GET = "/api/method/frappe.desk.reportview.get"
WARM_UP = 10
HEAD = ("| list | as | median ms | beside it | median ms | ratio |", "|---|---|---:|---|---:|---:|")
ADMIN, AGENT, LEADER = "Administrator", "an agent of 200", "a leader of 10"


@dataclass
class Session:
	"""Somebody who is logged in, on a connection of his own."""

	site: str
	port: int
	cookie: str = ""

	def __post_init__(self) -> None:
		self.connection = http.client.HTTPConnection(HOST, self.port)

	def log_in(self, user: str, password: str) -> "Session":
		"""Log in. Leaves with one sentence where that is refused."""
		answer = self.post("/api/method/login", {"usr": user, "pwd": password})
		cookies = [value for key, value in answer.getheaders() if key.lower() == "set-cookie"]
		self.cookie = "; ".join(one.split(";")[0] for one in cookies)
		return self

	def post(self, path: str, values: dict[str, Any]) -> http.client.HTTPResponse:
		"""Send a form and read the answer to its end."""
		heads = {
			"Host": self.site,
			"Cookie": self.cookie,
			"Content-Type": "application/x-www-form-urlencoded",
		}
		self.connection.request("POST", path, urllib.parse.urlencode(values), heads)
		answer = self.connection.getresponse()
		body = answer.read()
		if answer.status != 200:
			sys.exit(f"{path} answered {answer.status}: {body[-300:]!r}")
		return answer

	def milliseconds(self, asked: dict[str, Any]) -> float:
		"""Return how long a list takes."""
		started = time.perf_counter()
		self.post(GET, asked)
		return (time.perf_counter() - started) * 1000


def main() -> None:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--site", required=True)
	parser.add_argument("--rounds", type=int, default=200)
	parser.add_argument("--password", default="admin", help="the Administrator's")
	options = parser.parse_args()
	generate.connect(options.site)
	tree.make_tree()
	password = secrets.token_urlsafe(16)
	for user in (tree.AGENT, tree.LEADER):
		update_password(user, password)
	frappe.db.commit()
	with served() as port:
		people = {ADMIN: Session(options.site, port).log_in(ADMIN, options.password)}
		for title, user in ((AGENT, tree.AGENT), (LEADER, tree.LEADER)):
			people[title] = Session(options.site, port).log_in(user, password)
		print("\n".join(("", *HEAD)))
		compare_people(people, options.rounds)
		compare_lists(people[ADMIN], options.rounds)
	frappe.destroy()


@contextmanager
def served() -> Iterator[int]:
	"""Run a web server of one worker over the bench's sites; yield its port."""
	with socket.socket() as free:
		free.bind((HOST, 0))
		port = free.getsockname()[1]
	bind = ("-b", f"{HOST}:{port}", "-w", "1", "--threads", "4", "--preload", "--keep-alive", "60")
	command = (sys.executable, "-m", "gunicorn", "frappe.app:application", *bind, "--log-level", "error")
	server = subprocess.Popen(command)
	try:
		wait_for(port)
		yield port
	finally:
		server.terminate()
		server.wait()


def wait_for(port: int) -> None:
	"""Return once somebody listens."""
	for _try in range(100):
		try:
			socket.create_connection((HOST, port), 1).close()
		except OSError:
			time.sleep(0.2)
		else:
			return
	sys.exit("The web server does not answer.")


def compare_people(people: dict[str, Session], rounds: int) -> None:
	"""Print what agents' lists cost beside the Administrator's, while the setting says Team."""
	tree.limit_to_teams()
	try:
		for title, more in (
			("20 deals", {}),
			("20 open deals", tree.OPEN),
			("20 deals by amount", tree.BY_AMOUNT),
		):
			found = medians({who: (one, asked(DEAL, **more)) for who, one in people.items()}, rounds)
			for who in (AGENT, LEADER):
				row(title, who, found[who], f"{title}, {ADMIN}", found[ADMIN])
	finally:
		tree.stand_aside()


def compare_lists(session: Session, rounds: int) -> None:
	"""Print what each standard list costs beside ERPNext's plain one."""
	for title, filters, sort in (("plain", [], "modified"), *STANDARD_LISTS):
		sides = {
			DEAL: (session, asked(DEAL, filters, sort)),
			OPPORTUNITY: (session, asked(OPPORTUNITY)),
		}
		found = medians(sides, rounds)
		row(f"by {title}", ADMIN, found[DEAL], "Opportunity: the plain list", found[OPPORTUNITY])


def medians(sides: dict[str, tuple[Session, dict[str, Any]]], rounds: int) -> dict[str, float]:
	"""Ask all sides in turn, forth and back; return the median milliseconds of each."""
	times: dict[str, list[float]] = {side: [] for side in sides}
	for number in range(rounds + WARM_UP):
		for side, (session, values) in list(sides.items())[:: 1 if number % 2 else -1]:
			times[side].append(session.milliseconds(values))
	return {side: statistics.median(found[WARM_UP:]) for side, found in times.items()}


def asked(doctype: str, filters: Any = (), sort: str = "modified") -> dict[str, Any]:
	"""Return what the Desk sends for the first page of a list."""
	fields = [f"`tab{doctype}`.`{name}`" for name in (*STANDARD, *LIST_FIELDS[doctype])]
	return {
		**{"doctype": doctype, "fields": json.dumps([*fields, *LINKED_TITLES[doctype]])},
		"filters": json.dumps([[doctype, *one] for one in filters]),
		"order_by": f"`tab{doctype}`.`{sort}` desc",
		**{"start": 0, "page_length": 20, "view": "List", "with_comment_count": 1},
	}


def row(title: str, who: str, ours: float, beside: str, theirs: float) -> None:
	"""Print a line of the table."""
	print(f"| {title} | {who} | {ours:.1f} | {beside} | {theirs:.1f} | {ours / theirs:.2f} |", flush=True)


if __name__ == "__main__":
	print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors at the beginning")
	main()
	print(f"load {os.getloadavg()[0]:.1f} at the end")
