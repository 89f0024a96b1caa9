"""Time one operation as a web worker would serve it: a fresh request, caches of the process cold, those of Redis warm.

The time ends when the answer's text is made, which is most of the work where an answer is large.
"""

import gc
import re
import signal
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import frappe

ROUNDS = 7
# What takes long is measured less often: (seconds of the first run, rounds).
SHORTER = ((20, 1), (5, 3))
# A plan that reads as many rows one after another is worth a line.
MANY_ROWS = 5000


@dataclass(frozen=True)
class Operation:
	"""What is measured: `run` takes what `prepare` returned in a request of its own, outside the clock."""

	title: str
	run: Callable[[Any], Any]
	prepare: Callable[[], Any] = lambda: None
	# Where it takes longer, it is stopped: it then took at least as many seconds.
	most_seconds: int = 0


@dataclass(frozen=True)
class Case:
	"""An operation, and the nearest thing in ERPNext's CRM on the same rows."""

	ours: Operation
	theirs: Operation | None = None
	administrator_only: bool = False
	shows_speed: bool = False


@dataclass
class Measured:
	"""What came of an operation for one user."""

	rows: int = 0
	queries: int = 0
	refusal: str = ""
	mebibytes: float = 0.0
	stopped: bool = False
	times: list[float] = field(default_factory=list)
	statements: list[str] = field(default_factory=list)

	@property
	def milliseconds(self) -> float:
		"""The median."""
		return statistics.median(self.times)


def compare(case: Case, site: str, user: str) -> list[Measured]:
	"""Measure both sides in turn, so that whatever else the machine does meets both alike."""
	sides = [side for side in (case.ours, case.theirs) if side]
	found = [warm_up(side, site, user) for side in sides]
	if found[-1].stopped:
		return [compare(Case(case.ours), site, user)[0], found[-1]]
	first = max((one.times[0] for one in found if one.times), default=0) / 1000
	rounds = next((rounds for seconds, rounds in SHORTER if first > seconds), ROUNDS)
	for one in found:
		one.times.clear()
	for number in range(rounds):
		pairs = list(zip(sides, found, strict=True))
		for side, measured in reversed(pairs) if number % 2 else pairs:
			if not measured.refusal:
				measured.times.append(once(side, site, user, measured))
	for side, measured in zip(sides, found, strict=True):
		if not measured.refusal:
			measured.mebibytes = peak(side, site, user)
	return found


def warm_up(operation: Operation, site: str, user: str) -> Measured:
	"""Run once, which fills the caches, and keep the statements; what the user may not do is noted."""
	measured = Measured()
	with statements() as measured.statements:
		try:
			measured.times.append(once(operation, site, user, measured))
		except frappe.PermissionError:
			measured.refusal = "not allowed"
		except ImportError as missing:
			measured.refusal = f"not there: {missing.name}"
		except TimeoutError:
			measured.stopped = True
			measured.times.append(operation.most_seconds * 1000)
	return measured


def once(operation: Operation, site: str, user: str, measured: Measured) -> float:
	"""Run once in a request of its own; return the milliseconds."""
	begin_request(site, user)
	prepared = operation.prepare()
	frappe.db.commit()
	begin_request(site, user)
	gc.collect()
	before = asked()
	started = time.perf_counter()
	with stopped_after(operation.most_seconds):
		answer = operation.run(prepared)
		write_out(answer)
	elapsed = time.perf_counter() - started
	measured.queries = asked() - before - 1
	measured.rows = count_rows(answer)
	return elapsed * 1000


def write_out(answer: Any) -> None:
	"""Make the answer's text, as Frappe does last in each request; a form's documents are part of it already."""
	from frappe.utils.response import build_response

	documents = frappe.local.response.get("docs")
	if documents is None or not (isinstance(answer, dict) and answer.get("docs") is documents):
		frappe.local.response["message"] = answer
	build_response("json")


@contextmanager
def stopped_after(seconds: int) -> Iterator[None]:
	"""Raise TimeoutError in what runs inside once so many seconds are over; 0 lets it run."""
	over: list[int] = []

	def stop(*_signal: Any) -> None:
		over.append(1)
		raise TimeoutError

	before = signal.signal(signal.SIGALRM, stop)
	signal.alarm(seconds)
	try:
		yield
	except Exception:
		# Who caught it on the way finds a connection that was left in the middle of an answer.
		if over:
			raise TimeoutError from None
		raise
	finally:
		signal.alarm(0)
		signal.signal(signal.SIGALRM, before)


def peak(operation: Operation, site: str, user: str) -> float:
	"""Return the most memory that Python held for it, in MiB; in a run of its own, as counting makes it slow."""
	begin_request(site, user)
	prepared = operation.prepare()
	frappe.db.commit()
	begin_request(site, user)
	tracemalloc.start()
	write_out(operation.run(prepared))
	_size, most = tracemalloc.get_traced_memory()
	tracemalloc.stop()
	return most / 2**20


def begin_request(site: str, user: str) -> None:
	"""What a web worker starts a request with: nothing from the one before."""
	if getattr(frappe.local, "db", None):
		frappe.db.close()
	frappe.destroy()
	frappe.init(site=site, sites_path=".")
	frappe.connect()
	frappe.set_user(user)
	frappe.local.form_dict = frappe._dict()
	frappe.local.response = frappe._dict(docs=[])
	frappe.local.lang = "en"
	frappe.flags.mute_emails = True


def asked() -> int:
	"""Return how many statements this connection has sent, as the database itself counts them."""
	return int(frappe.db.sql("show session status like 'Questions'")[0][1])


def count_rows(answer: Any) -> int:
	"""Return how many records an answer brought, whatever its shape."""
	if isinstance(answer, list | tuple):
		return sum(count_rows(one) or 1 for one in answer)
	if not isinstance(answer, dict):
		return answer if isinstance(answer, int) else 1
	for key in ("columns", "cards", "values", "result", "rows", "docs"):
		if isinstance(answer.get(key), list) and (key != "columns" or "pipeline" in answer):
			return sum(count_rows(one) for one in answer[key]) if key == "columns" else len(answer[key])
	return 1 if answer else 0


@contextmanager
def statements() -> Iterator[list[str]]:
	"""Collect the SQL of what runs inside."""
	noted: list[str] = []
	from frappe.database.database import Database

	run = Database.sql

	def run_and_note(self: Any, *args: Any, **kwargs: Any) -> Any:
		answer = run(self, *args, **kwargs)
		noted.append(str(self.last_query))
		return answer

	Database.sql = run_and_note
	try:
		yield noted
	finally:
		Database.sql = run


def plans(queries: list[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
	"""Yield each reading statement with the database's plan for it."""
	for query in dict.fromkeys(queries):
		if re.match(r"\s*\(?\s*select\b", query, re.IGNORECASE) and "for update" not in query.lower():
			yield query, frappe.db.sql(f"explain {query.replace('%', '%%')}", (), as_dict=True)


def is_scan(step: dict[str, Any]) -> bool:
	"""Tell whether a step of a plan reads a big table or a big index from one end to the other."""
	return step["type"] in ("ALL", "index") and int(step["rows"] or 0) >= MANY_ROWS
