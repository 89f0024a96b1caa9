"""The JSON standard documents of the app: where they stand, what they name, what Frappe needs beside them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from gates.names import LASTING_DOCTYPES, MODULE, ROLES
from gates.tree import REPO
from gates.wiring import scrub

FOLDER = REPO / "crm_plus" / "crm_plus"
# Kinds whose JSON carries the module they belong to; all that we ship do.
KINDS_WITHOUT_MODULE: set[str] = set()
ROLE_KEYS = ("permissions", "roles")
STAMPS = ("creation", "modified", "modified_by", "owner")


@dataclass(frozen=True)
class Document:
	"""One standard document: its path from the module's folder, and its text."""

	path: str
	text: str

	@cached_property
	def value(self) -> dict[str, Any]:
		"""The parsed document; empty where the text is no JSON object."""
		try:
			value = json.loads(self.text)
		except ValueError:
			return {}
		return value if isinstance(value, dict) else {}

	@property
	def kind(self) -> str:
		"""The DocType that the folder stands for, in its written form: "doctype", "number_card" …"""
		# Dashboards stand where Frappe looks for them: <module>_dashboard.
		return self.path.split("/")[0].removeprefix("crm_plus_")

	@property
	def name(self) -> str:
		"""The document's own name."""
		return str(self.value.get("name", ""))

	@property
	def fields(self) -> list[dict[str, Any]]:
		"""The fields of a DocType."""
		return list(self.value.get("fields", []))

	def fault(self, sentence: str) -> str:
		"""Return one readable fault of this document."""
		return f"crm_plus/crm_plus/{self.path}: {sentence}"


@cache
def documents() -> tuple[Document, ...]:
	"""Every standard document of the app."""
	return tuple(
		Document(path.relative_to(FOLDER).as_posix(), path.read_text(encoding="utf-8"))
		for path in sorted(FOLDER.glob("*/*/*.json"))
	)


def of_kind(kind: str) -> list[Document]:
	"""Return the documents of one kind."""
	return [document for document in documents() if document.kind == kind]


def our_names(kind: str) -> set[str]:
	"""Return the names of our documents of one kind."""
	return {document.name for document in of_kind(kind)}


def known_doctypes() -> set[str]:
	"""Return every DocType that one of our documents may rest on."""
	return our_names("doctype") | LASTING_DOCTYPES


def place_faults(document: Document) -> list[str]:
	"""Find documents that are no JSON, or stand where Frappe would not look for them, or carry another module."""
	if not document.value:
		return [document.fault("is no JSON object")]
	kind, (_kind, folder, file) = document.kind, document.path.split("/")
	faults = []
	if scrub(str(document.value.get("doctype", ""))) != kind:
		faults.append(f"a {document.value.get('doctype')} stands in {kind}/")
	if not scrub(document.name) == folder == file.removesuffix(".json"):
		faults.append(f"the name {document.name!r} does not equal its folder and file")
	if document.value.get("module") != MODULE and kind not in KINDS_WITHOUT_MODULE:
		faults.append(f"the module is {document.value.get('module')!r}, not {MODULE!r}")
	missing = [stamp for stamp in STAMPS if not document.value.get(stamp)]
	if missing:
		faults.append(f"has no {', '.join(missing)}")
	return [document.fault(fault) for fault in faults]


def role_faults(document: Document) -> list[str]:
	"""Find roles that nobody of the design has."""
	rows = [row for key in ROLE_KEYS for row in document.value.get(key) or []]
	return [
		document.fault(f"gives rights to {row.get('role')!r}, which is none of our roles")
		for row in rows
		if row.get("role") not in ROLES
	]


def companion_faults(document: Document, folder: Path = FOLDER) -> list[str]:
	"""Find DocTypes without controller, reports without query and script, pages without script."""
	wanted = {
		"doctype": ("py",),
		"report": ("py", "js") if document.value.get("report_type") == "Script Report" else (),
		"page": ("js",),
		"dashboard_chart_source": ("py", "js"),
		"web_form": ("py", "js"),
	}.get(document.kind, ())
	stem = folder / document.path.removesuffix(".json")
	faults = [
		document.fault(f"{stem.name}.{end} is missing")
		for end in wanted
		if not stem.with_suffix(f".{end}").is_file()
	]
	if "py" in wanted and not (stem.parent / "__init__.py").is_file():
		faults.append(document.fault("__init__.py is missing beside it"))
	return faults


def report_faults(document: Document) -> list[str]:
	"""Find reports that are not ours to ship, or that rest on a DocType that may vanish."""
	if document.kind != "report":
		return []
	faults = []
	if document.value.get("is_standard") != "Yes":
		faults.append("is_standard must be Yes")
	if document.value.get("ref_doctype") not in known_doctypes():
		faults.append(f"ref_doctype {document.value.get('ref_doctype')!r} is not known")
	if not document.value.get("roles"):
		faults.append("names no roles, so everybody may open it")
	return [document.fault(fault) for fault in faults]


def reference_faults(document: Document) -> list[str]:
	"""Find cards, charts, dashboards, workspaces and notifications that point to what does not exist."""
	return [
		document.fault(f"{where} points to {kind} {name!r}, which does not exist")
		for where, kind, name in references(document.value)
		if name not in targets(kind)
	]


def targets(kind: str) -> set[str]:
	"""Return the names that a reference of one kind may point to; standard pages and reports of others not."""
	return known_doctypes() if kind == "DocType" else our_names(scrub(kind))


def references(value: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
	"""Yield (where, kind, name) for what a document names, its rows included."""
	fixed = {
		"document_type": "DocType",
		"report_name": "Report",
		"number_card_name": "Number Card",
		"card": "Number Card",
		"chart_name": "Dashboard Chart",
		"chart": "Dashboard Chart",
		"reference_doctype": "DocType",
		"parent_document_type": "DocType",
	}
	if value.get("doctype") in ("DocType", "Report"):
		return
	for key, kind in fixed.items():
		# A chart's own name stands in chart_name too.
		if value.get(key) and not (key == "chart_name" and value.get("doctype") == "Dashboard Chart"):
			yield key, kind, value[key]
	if value.get("link_to") and (value.get("link_type") or value.get("type")) in (
		"DocType",
		"Report",
		"Page",
		"Dashboard",
	):
		yield "link_to", value.get("link_type") or value["type"], value["link_to"]
	for rows in value.values():
		for row in rows if isinstance(rows, list) else []:
			yield from references(row) if isinstance(row, dict) else ()


def workspace_faults(document: Document) -> list[str]:
	"""Find workspaces whose content is no list of blocks, or shows a block that the workspace does not hold."""
	if document.kind != "workspace":
		return []
	try:
		blocks = json.loads(document.value.get("content") or "[]")
	except ValueError:
		return [document.fault("content is no JSON")]
	tables = {"shortcut": "shortcuts", "chart": "charts", "number_card": "number_cards", "card": "links"}
	held = {
		kind: {row.get("label") for row in document.value.get(table) or []} for kind, table in tables.items()
	}
	return [
		document.fault(f"content shows the {block['type']} {name!r}, which is in none of its tables")
		for block in blocks
		if block.get("type") in tables
		and (name := block.get("data", {}).get(f"{block['type']}_name")) not in held[block["type"]]
	]
