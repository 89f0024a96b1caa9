"""What every listener of ours is wrapped in: a fault inside CRM Plus never stops an ERP document."""

import functools
from collections.abc import Callable
from typing import Any

import frappe

Listener = Callable[..., None]


def never_in_the_way(*, writes: bool = False, refuses: bool = False) -> Callable[[Listener], Listener]:
	"""Wrap a document listener: where it fails, the failure is logged and the document goes on.

	A listener that `writes` has its own writes undone as well; one that only notes or reads is spared the savepoint. What one
	that `refuses` says on purpose (frappe.ValidationError) stops the document, its faults do not.
	"""

	def wrap(listener: Listener) -> Listener:
		@functools.wraps(listener)
		def guarded(doc: Any, *args: Any, **kwargs: Any) -> None:
			_run(listener, writes, refuses, doc, *args, **kwargs)

		return guarded

	return wrap


def _run(listener: Listener, writes: bool, refuses: bool, doc: Any, *args: Any, **kwargs: Any) -> None:
	messages = list(frappe.local.message_log)
	# A listener's writes set off other listeners: each depth has its own name, for a second savepoint replaces the first.
	depth = frappe.flags.crm_plus_listeners or 0
	frappe.flags.crm_plus_listeners, savepoint = depth + 1, f"crm_plus_listener_{depth}"
	try:
		if writes:
			frappe.db.savepoint(savepoint)
		listener(doc, *args, **kwargs)
	except frappe.QueryDeadlockError:
		raise  # the database has undone the document too: there is nothing left that could go on
	except Exception as fault:
		if refuses and isinstance(fault, frappe.ValidationError):
			raise
		if writes:
			frappe.db.rollback(save_point=savepoint)
		frappe.local.message_log = messages
		_log(f"CRM Plus: {listener.__module__}.{listener.__name__}", fault)
	finally:
		frappe.flags.crm_plus_listeners = depth


def _log(title: str, fault: Exception) -> None:
	"""Log a fault once a transaction: else a ledger that is posted anew would wait for a log of each of its rows.

	No rollback undoes a log: Frappe's Error Log knows no transactions.
	"""
	logged, key = _logged(), (title, repr(fault))
	if key not in logged:
		logged.add(key)
		frappe.log_error(title=title)


def _logged() -> set[tuple[str, str]]:
	"""Return what this transaction has logged."""
	if frappe.flags.crm_plus_logged is None:
		frappe.flags.crm_plus_logged = set()
		for end in (frappe.db.after_commit, frappe.db.after_rollback):
			end.add(_forget_logged)
	return frappe.flags.crm_plus_logged


def _forget_logged() -> None:
	frappe.flags.crm_plus_logged = None
