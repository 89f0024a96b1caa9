"""The stream of a customer or a deal: everything that happened between us, newest first, a page at a time. Never writes.

Every kind of entry has a source of its own; all are asked in one query, each along its index behind the last entry of
the page before, so that the thousandth page takes what the first takes. Times are the site's, amounts in the currency
of their document.
"""

from dataclasses import replace
from typing import Any

import frappe

from crm_plus.reports import timeline_documents, timeline_sources
from crm_plus.reports.timeline_gates import about_of, closed_documents, gate_of
from crm_plus.reports.timeline_query import Window, read
from crm_plus.reports.timeline_scope import Scope, scope_of
from crm_plus.rules.timeline import PAGE_LENGTH, Entry, Page, Place, merge, preview

SOURCES = {**timeline_sources.SOURCES, **timeline_documents.SOURCES}
# A reader who may open little would otherwise get short pages: so often the next ones are added to it.
MOST_ROUNDS = 4
SHOWN = (
	"title",
	"who",
	"status",
	"amount",
	"currency",
	"detail",
	"direction",
	"outcome",
	"seconds",
	"source",
)


def page(record: Any, window: Window) -> dict[str, Any]:
	"""Return the entries behind the window's place, and the `next` place, None at the end.

	The caller has made sure that the reader may read the record, a Deal or a Customer Profile.
	"""
	scope = scope_of(record)
	entries: list[Entry] = []
	closed: frozenset[tuple[str, str]] = frozenset()
	end: Place | None = window.place
	for _round in range(MOST_ROUNDS):
		found, newly_closed = _read_page(scope, replace(window, place=end), PAGE_LENGTH - len(entries))
		entries += found.entries
		closed |= newly_closed
		end = found.next
		if end is None or len(entries) >= PAGE_LENGTH:
			break
	return {
		"entries": _shown(scope, entries, closed),
		"next": [str(end.at), end.kind, end.name] if end else None,
	}


def _read_page(scope: Scope, window: Window, length: int) -> tuple[Page, frozenset[tuple[str, str]]]:
	streams = [source(scope, window) for kind, source in SOURCES.items() if kind in window.kinds]
	batches = read([stream for stream in streams if stream])
	found = [entry for batch in batches.values() for entry in batch.entries]
	closed = closed_documents(found, scope.records)
	hidden = frozenset(
		(entry.kind, entry.name) for entry in found if entry.values.left_out or gate_of(entry) in closed
	)
	return merge(batches, hidden, length), closed


def _shown(scope: Scope, entries: list[Entry], closed: frozenset[tuple[str, str]]) -> list[dict[str, Any]]:
	names = _names([entry.values.who for entry in entries if entry.values.who])
	files = _files([entry.name for entry in entries if entry.kind == "interaction"])
	shows_amounts = frappe.permissions.get_role_permissions("Sales Invoice").get("read")
	return [
		{
			**{field: entry.values[field] for field in SHOWN},
			"kind": entry.kind,
			"name": entry.name,
			"at": str(entry.at),
			"body": preview(entry.values.body),
			"amount": entry.values.amount if shows_amounts else None,
			"files": files.get(entry.name, []) if entry.kind == "interaction" else [],
			"who_name": names.get(entry.values.who, entry.values.who),
			"about": None
			if about_of(entry) in closed
			else [entry.values.about_doctype, entry.values.about_name],
			**_place_in_scope(scope, entry),
		}
		for entry in entries
	]


def _place_in_scope(scope: Scope, entry: Entry) -> dict[str, Any]:
	"""The deal and the person of an entry, where it is not the stream's own and the reader may read them."""
	deal, profile = entry.values.deal, entry.values.profile
	return {
		"deal": deal if deal in scope.deals and not scope.of_deal else None,
		"deal_title": scope.deals.get(deal, ""),
		"profile": profile if profile in scope.profiles and profile != scope.name else None,
		"profile_name": scope.profiles.get(profile, ""),
	}


def _files(interactions: list[str]) -> dict[str, list[dict[str, str]]]:
	"""Return what was attached to interactions that the reader may read: name and address of each file."""
	found: dict[str, list[dict[str, str]]] = {}
	if not interactions:
		return found
	attached = {"attached_to_doctype": "Interaction", "attached_to_name": ["in", interactions]}
	fields = ["attached_to_name", "file_name", "file_url"]
	for row in frappe.get_all("File", attached, fields, order_by="creation, name"):
		found.setdefault(row.attached_to_name, []).append({"name": row.file_name, "url": row.file_url})
	return found


def _names(users: list[str]) -> dict[str, str]:
	if not users:
		return {}
	rows = frappe.get_all("User", filters={"name": ["in", sorted(set(users))]}, fields=["name", "full_name"])
	return {row.name: row.full_name for row in rows}
