"""Places in an order that an administrator keeps by numbers."""

from typing import Any

import frappe


def put_last(doc: Any, **among: str) -> None:
	"""Give a record without a position one behind the others of its DocType, or behind those that it stands `among`."""
	if doc.position not in (None, "", 0, "0"):
		return
	last = frappe.get_all(doc.doctype, among, pluck="position", order_by="position desc", limit=1)
	doc.position = (last[0] if last else 0) + 1
