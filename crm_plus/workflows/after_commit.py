"""Work on deals that waits until the ERP document is safe.

Listeners only note what was touched. Once the accountant's transaction is committed, each touched deal is brought in step
in a transaction of its own, under a lock on the deal. So a fault of ours can never undo or hold up an invoice; and because
the reading starts after the lock is held, the last of several postings to the same deal sees all the others.

The money is stored at once. A deal that has to move is saved by a worker: what hangs on such a save (follow-ups, notices,
rules, other apps) may take its time, and the accountant does not wait for it.
"""

import time
from collections.abc import Iterable
from typing import Any

import frappe

from crm_plus.access.deal_links import deals_on
from crm_plus.workflows import deal_follow, deal_money, deal_notices, until_commit

# More than this in one request is left to a background job: nobody should wait for a mass posting.
DEALS_PER_REQUEST = 20
# Together a second: another posting to the same deal takes some hundredths of it.
LOCK_ATTEMPTS, SECONDS_BETWEEN_ATTEMPTS = 20, 0.05
SAVEPOINT, NEWS_SAVEPOINT = "crm_plus_in_step", "crm_plus_news"
TOUCHED = "deals"
JOB = "crm_plus.workflows.after_commit.sync_deals"


def touch(doctype: str, name: str, deals: Iterable[str] = (), *, are_all: bool = False) -> None:
	"""Note that a document changed which may bear on its deals, and on `deals` that it no longer names.

	`are_all` spares asking for the deals of its rows, where the caller has read them from the document itself.
	"""
	notes = until_commit.notes(TOUCHED, run)
	notes.setdefault("answered" if are_all else "documents", set()).add((doctype, name))
	notes.setdefault("deals", set()).update(deal for deal in deals if deal)


def note_change(doc: Any) -> None:
	"""Note a submitted or cancelled document for its deals, present and former."""
	if doc.docstatus != 0:
		deals = deals_on(doc) | deals_on(doc.get_doc_before_save())
		touch(doc.doctype, doc.name, deals, are_all=True)


def run(touched: until_commit.Notes) -> None:
	"""Bring the touched deals in step, right after the commit. Never raises."""
	try:
		asked = touched.get("documents", set()) - touched.get("answered", set())
		deals = touched.get("deals", set()) | deal_money.deals_of(asked)
		if len(deals) > DEALS_PER_REQUEST:
			enqueue(sorted(deals))
		elif deals:
			sync_deals(sorted(deals), may_move=until_commit.works_at_once())
	except Exception:
		log_failure("Deals could not be brought in step")


def sync_deals(deals: list[str], *, may_move: bool = True) -> None:
	"""Bring deals in step with their documents, each in its own transaction; one failure does not stop the rest.

	What others hold right now, and unless this one `may_move` them, deals that have to move, is left to a worker.
	"""
	left = [deal for deal in deals if not sync_deal(deal, may_move=may_move)]
	if left:
		enqueue(left)


def sync_deal(deal: str, *, may_move: bool = True) -> bool:
	"""Recompute one deal's amounts and let its stage follow; False where somebody else holds it, or a worker has to move it."""
	done = True
	messages = list(frappe.local.message_log)
	try:
		# Writes nothing: what is read under the lock must not be the state of before it.
		frappe.db.commit()
		stored = _lock(deal)
		if stored:
			done = _bring_in_step(stored, may_move=may_move)
			frappe.db.commit()  # own transaction, after the ERP document's
	except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
		frappe.db.rollback()  # our own transaction only; a worker tries again
		return False
	except Exception:
		log_failure("A deal could not be brought in step", "Deal", deal)
	finally:
		# What our own writing has to say is not for the accountant who posted the document.
		frappe.local.message_log = messages
	return done


def _lock(deal: str) -> dict[str, Any] | None:
	"""Lock a deal's row and return what is stored there, None where the deal is gone.

	Waits only as long as another posting to it may take. Raises frappe.QueryTimeoutError where it takes longer.
	"""
	fields = [*deal_money.STORED_FIELDS, *deal_follow.STORED_FIELDS]
	for attempt in range(1, LOCK_ATTEMPTS + 1):
		try:
			return frappe.db.get_value("Deal", deal, fields, as_dict=True, for_update=True, wait=False)
		except frappe.QueryTimeoutError:
			frappe.db.rollback()  # nothing was written yet: this only ends the transaction of the failed lock
			if attempt == LOCK_ATTEMPTS:
				raise
			time.sleep(SECONDS_BETWEEN_ATTEMPTS)
	return None


def _bring_in_step(deal: dict[str, Any], *, may_move: bool) -> bool:
	"""Store a locked deal's amounts and let its stage follow; an amount must not suffer from what a stage refuses.

	Returns False where the stage has to move and may not.
	"""
	books = deal_money.open_books([deal["name"]])
	money, facts = deal_money.drift(deal, books), deal_follow.read_facts(books.headers[deal["name"]])
	if facts == deal_follow.known_facts(deal["followed_documents"]):
		deal_money.store(deal["name"], money)
		_tell_of_payment(deal, money)
		return True
	frappe.db.savepoint(SAVEPOINT)
	try:
		done = deal_follow.follow(deal, facts, money, may_move=may_move)
		_tell_of_payment(deal, money)
		return done
	except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
		raise
	except Exception:
		frappe.db.rollback(save_point=SAVEPOINT)
		deal_money.store(deal["name"], money)
		frappe.log_error(
			title="A deal could not follow its documents",
			reference_doctype="Deal",
			reference_name=deal["name"],
		)
	return True


def _tell_of_payment(deal: dict[str, Any], money: dict[str, Any]) -> None:
	"""Tell the owner of money that has come in; an amount must not suffer from what cannot be told."""
	if money.get("paid_amount", 0) <= deal["paid_amount"]:
		return
	frappe.db.savepoint(NEWS_SAVEPOINT)
	try:
		deal_notices.paid(deal["name"], deal["paid_amount"], money["paid_amount"])
	except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
		raise
	except Exception:
		frappe.db.rollback(save_point=NEWS_SAVEPOINT)
		frappe.log_error(
			title="A payment could not be told of", reference_doctype="Deal", reference_name=deal["name"]
		)


def enqueue(deals: list[str]) -> None:
	"""Leave deals to a background worker."""
	frappe.enqueue(JOB, queue="short", deals=deals, enqueue_after_commit=False)


def log_failure(title: str, doctype: str = "", name: str = "") -> None:
	"""Undo what was begun and put the failure into the Error Log; the nightly reconciliation repairs what was missed."""
	frappe.db.rollback()  # our own transaction only: the ERP document was committed before it began
	frappe.log_error(title=title, reference_doctype=doctype or None, reference_name=name or None)
	frappe.db.commit()  # the log must survive, whatever the request does next
