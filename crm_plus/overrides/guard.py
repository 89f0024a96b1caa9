"""What every listener of ours is wrapped in: a fault inside CRM Plus never stops an ERP document."""

import functools
from collections.abc import Callable
from typing import Any

import frappe

SAVEPOINT = "crm_plus_listener"


def never_in_the_way(listener: Callable[..., None]) -> Callable[..., None]:
	"""Wrap a document listener: where it fails, its own writes are undone, the failure is logged and the document goes on."""

	@functools.wraps(listener)
	def guarded(doc: Any, *args: Any, **kwargs: Any) -> None:
		messages = list(frappe.local.message_log)
		frappe.db.savepoint(SAVEPOINT)
		try:
			listener(doc, *args, **kwargs)
		except Exception:
			frappe.db.rollback(save_point=SAVEPOINT)
			frappe.local.message_log = messages
			frappe.log_error(title=f"CRM Plus: {listener.__module__}.{listener.__name__}")
		else:
			frappe.db.release_savepoint(SAVEPOINT)

	return guarded
