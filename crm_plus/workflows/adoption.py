"""One run of adoption, batch by batch: what is to be taken, how far it is, and whether to stop.

`step` does one batch and leaves the commit to its caller, together with the ledger's entries and the run's position, so that
a worker that is killed has either done a batch or not. Reading order is by name; what was taken is in the ledger.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, now_datetime

from crm_plus.rules.adoption import SKIPPED, Progress
from crm_plus.workflows import adoption_deals, adoption_documents, adoption_parties
from crm_plus.workflows.adoption_deals import Plan
from crm_plus.workflows.adoption_ledger import DEAL_KIND, DOCUMENT, ENTRY, PARTY, Book, untaken
from crm_plus.workflows.adoption_sources import DEAL_SOURCES, PARTY_SOURCES, deal_source, party_source
from crm_plus.workflows.one_worker import OneWorker

RUN, RUN_SOURCE = "Adoption Run", "Adoption Run Source"
BATCH = 200
DRAFT, RUNNING, STOPPED, FINISHED = "Draft", "Running", "Stopped", "Finished"
FAILED, UNDOING, UNDONE = "Failed", "Undoing", "Undone"
BUSY = (RUNNING, UNDOING)
METHOD = "crm_plus.jobs.adoption.work"
TIMEOUT = 6 * 60 * 60
EVENT = "crm_plus_adoption"
WORKER = OneWorker("adoption")
COUNTS = {"Created": "created", "Merged": "merged", "Linked": "linked", SKIPPED: "skipped"}


def prepare() -> Any:
	"""Return the run that is a draft, or a new one that lists what is on the site to be taken over."""
	draft = frappe.db.get_value(RUN, {"status": DRAFT}, order_by="creation desc")
	run = frappe.get_doc(RUN, draft) if draft else frappe.new_doc(RUN)
	run.pipeline = run.pipeline or frappe.db.get_value(
		"Pipeline", {"disabled": 0}, order_by="is_default desc"
	)
	run.company = run.company or default_company()
	taken = {row.source_doctype: row.take for row in run.sources}
	run.set("sources", [])
	for phase, doctype in phases():
		row = {"phase": phase, "source_doctype": doctype, "total": count(phase, doctype)}
		run.append("sources", {**row, "take": taken.get(doctype, 1)})
	# safe: the caller has checked the right to write runs; nobody may create one in any other way
	return run.save(ignore_permissions=True)


def default_company() -> str:
	"""Return the site's default company, else its first."""
	company = frappe.db.get_single_value("Global Defaults", "default_company")
	return company or frappe.db.get_value("Company", {}, order_by="creation asc")


def phases() -> list[tuple[str, str]]:
	"""Return (phase, DocType) in the order in which they are taken, those that this site has."""
	wanted = [(PARTY, source.doctype) for source in PARTY_SOURCES]
	wanted += [(DEAL_KIND, source.doctype) for source in DEAL_SOURCES]
	present = [(phase, doctype) for phase, doctype in wanted if frappe.db.exists("DocType", doctype)]
	return [*present, (DOCUMENT, adoption_documents.QUOTATION)]


def count(phase: str, doctype: str) -> int:
	"""Return how many documents a phase has to look at."""
	if phase == DOCUMENT:
		return len(adoption_documents.next_quotations("", 10**9))
	return int(frappe.db.count(doctype))


def begin(name: str) -> None:
	"""Make a draft, its row locked by the caller, ready to be worked on. What earlier runs skipped is tried again."""
	again = frappe.qb.DocType(ENTRY)
	frappe.qb.from_(again).delete().where((again.action == SKIPPED) & (again.run != name)).run()
	for row in frappe.get_doc(RUN, name).sources:
		seen = frappe.db.count(ENTRY, {"kind": row.phase, "source_doctype": row.source_doctype})
		total = count(row.phase, row.source_doctype)
		values = {"total": total, "seen": 0 if row.phase == DOCUMENT else min(seen, total)}
		frappe.db.set_value(RUN_SOURCE, row.name, values, update_modified=False)
	started = {"started_on": now_datetime(), "started_by": frappe.session.user, "status": RUNNING}
	frappe.db.set_value(RUN, name, started, update_modified=False)


def restart(name: str) -> None:
	"""Give a run to a new worker, forward or back as it was going; the caller commits."""
	set_running(name)
	enqueue(name)


def set_running(name: str) -> None:
	"""Note that a new attempt at a run begins, forward or back as it was going; the caller commits."""
	run = frappe.db.get_value(RUN, name, ["attempt", "is_undoing"], as_dict=True)
	values = {"status": UNDOING if run.is_undoing else RUNNING, "stop_requested": 0, "last_error": None}
	frappe.db.set_value(RUN, name, {**values, "attempt": run.attempt + 1}, update_modified=False)


def request_stop(name: str) -> None:
	"""Ask a run to stop after its present batch; the caller commits."""
	frappe.db.set_value(RUN, name, "stop_requested", 1, update_modified=False)


def enqueue(run: str) -> None:
	"""Leave a run to a background worker, after this transaction; the same attempt is queued once."""
	attempt = cint(frappe.db.get_value(RUN, run, "attempt"))
	frappe.enqueue(
		METHOD,
		queue="long",
		timeout=TIMEOUT,
		run=run,
		job_id=f"crm_plus_adoption_{run}_{attempt}",
		deduplicate=True,
		enqueue_after_commit=True,
	)


def step(name: str) -> bool:
	"""Take the next batch over; returns whether there is more. The caller commits, or rolls back on an exception."""
	run = frappe.get_doc(RUN, name)
	row = next((row for row in run.sources if row.take and not row.is_done), None)
	if row is None:
		return False
	book = Book(name)
	names = worker(row.phase)(book, row.source_doctype, row.cursor or "", Plan(run.pipeline, run.company))
	book.write()
	record(run, row, names, book.tally)
	return True


def worker(phase: str) -> Callable[[Book, str, str, Plan], list[str]]:
	"""Return what takes a batch of a phase over and returns the names it looked at."""
	return {PARTY: take_parties, DEAL_KIND: take_deals, DOCUMENT: link_documents}[phase]


def take_parties(book: Book, doctype: str, after: str, plan: Plan) -> list[str]:
	"""Take the next parties of a DocType over."""
	names = untaken(PARTY, doctype, after, BATCH)
	if names:
		adoption_parties.adopt(book, party_source(doctype), names)
	return names


def take_deals(book: Book, doctype: str, after: str, plan: Plan) -> list[str]:
	"""Take the next sales of a DocType over."""
	names = untaken(DEAL_KIND, doctype, after, BATCH)
	if names:
		adoption_deals.adopt(book, deal_source(doctype), names, plan)
	return names


def link_documents(book: Book, doctype: str, after: str, plan: Plan) -> list[str]:
	"""Link the next quotations and what follows from them."""
	names = adoption_documents.next_quotations(after, BATCH)
	if names:
		adoption_documents.link(book, names)
	return names


def record(run: Any, row: Any, names: list[str], tally: Counter[str]) -> None:
	"""Store how far the run is, in the same transaction as the batch."""
	values = {field: row.get(field) + tally[action] for action, field in COUNTS.items()}
	values["seen"] = row.seen + len(names)
	values.update(cursor=names[-1] if names else row.cursor, is_done=int(len(names) < BATCH))
	row.update(values)
	frappe.db.set_value(RUN_SOURCE, row.name, values, update_modified=False)
	taken = [each for each in run.sources if each.take]
	percent = Progress([each.total for each in taken], [each.seen for each in taken]).percent
	frappe.db.set_value(RUN, run.name, "percent", percent, update_modified=False)


def stop_requested(name: str) -> bool:
	"""Tell whether somebody asked the run to stop; to be read in a new transaction."""
	return bool(frappe.db.get_value(RUN, name, "stop_requested"))


def set_status(name: str, status: str, error: str = "") -> None:
	"""Store how the run ended or paused, and tell those who look at it."""
	values: dict[str, Any] = {"status": status, "last_error": error or None, "stop_requested": 0}
	if status in (FINISHED, UNDONE):
		values.update(finished_on=now_datetime(), percent=100)
	frappe.db.set_value(RUN, name, values, update_modified=False)
	tell(name)


def progress(name: str) -> dict[str, Any]:
	"""Return what a form shows of a run while it works."""
	run = frappe.db.get_value(RUN, name, ["name", "status", "percent", "last_error"], as_dict=True)
	fields = ["name", "source_doctype", "phase", "take", "total", "seen", *COUNTS.values()]
	sources = frappe.get_all(
		RUN_SOURCE, filters={"parent": name, "parenttype": RUN}, fields=fields, order_by="idx"
	)
	return {**run, "sources": sources}


def tell(name: str) -> None:
	"""Send the progress to those who have the run's form open."""
	frappe.publish_realtime(EVENT, progress(name), doctype=RUN, docname=name)


def refuse_unless(run: Any, allowed: tuple[str, ...]) -> None:
	"""Raise frappe.ValidationError where a run is in another state, or another run is not at rest."""
	if run.status not in allowed:
		frappe.throw(
			_("This run is {0}: what you ask for needs one that is {1}.").format(
				_(run.status), ", ".join(_(status) for status in allowed)
			)
		)
	other = frappe.db.get_value(RUN, {"status": ["in", BUSY], "name": ["!=", run.name]})
	if other:
		frappe.throw(_("Wait until {0} has ended or stop it: only one run works at a time.").format(other))
