"""The table of custom fields, and patches.txt: data that install, migrate and uninstall walk."""

import ast
import re
import runpy
from pathlib import Path
from typing import Any

from gates.documents import known_doctypes
from gates.names import DEAL_FIELD, DEAL_FIELD_ON, MODULE
from gates.tree import REPO, Source
from gates.wiring import Code

TABLE = REPO / "crm_plus" / "setup" / "custom_fields.py"
PREFIX = "crm_plus_"
BREAKS = ("Section Break", "Column Break", "Tab Break")
Table = dict[Any, list[dict[str, Any]]]


def load_table(path: Path = TABLE) -> Table:
	"""Return CUSTOM_FIELDS of a file that is data: it must run without Frappe."""
	table: Table = runpy.run_path(str(path))["CUSTOM_FIELDS"]
	return table


def each_field(table: Table) -> list[tuple[str, dict[str, Any]]]:
	"""Return (DocType, field) for every custom field."""
	return [
		(doctype, field)
		for doctypes, fields in table.items()
		for doctype in ([doctypes] if isinstance(doctypes, str) else doctypes)
		for field in fields
	]


def custom_field_faults(table: Table) -> list[str]:
	"""Find custom fields that could clash, that uninstall would leave behind, or that hang on what may vanish."""
	faults = []
	for doctype, field in each_field(table):
		name = str(field.get("fieldname", ""))
		where = f"crm_plus/setup/custom_fields.py: {doctype}.{name}"
		if not name.startswith(PREFIX):
			faults.append(f"{where}: must begin with {PREFIX}")
		if field.get("module") != MODULE:
			faults.append(f"{where}: without module {MODULE!r} it outlives an uninstall")
		if doctype not in known_doctypes():
			faults.append(f"{where}: {doctype} is not among the DocTypes that last")
		if field.get("fieldtype") == "Link" and field.get("options") not in known_doctypes():
			faults.append(f"{where}: links to {field.get('options')!r}, which is not known or may vanish")
		if not field.get("label") and field.get("fieldtype") not in BREAKS:
			faults.append(f"{where}: has no label")
		if not field.get("insert_after"):
			faults.append(f"{where}: has no place: insert_after")
	return faults


def deal_field_faults(table: Table) -> list[str]:
	"""Find documents of ERPNext that lack the Deal field, or have it otherwise than others rely on."""
	found = {doctype: field for doctype, field in each_field(table) if field.get("fieldname") == DEAL_FIELD}
	wanted = {"fieldtype": "Link", "options": "Deal", "label": "Deal"}
	return [
		f"crm_plus/setup/custom_fields.py: {doctype} must have {DEAL_FIELD}: {wanted}"
		for doctype in DEAL_FIELD_ON
		if {key: found.get(doctype, {}).get(key) for key in wanted} != wanted
	]


def patch_faults(lines: list[str], code: Code) -> list[str]:
	"""Find lines of patches.txt that lead to no patch, stand twice, or stand in no section."""
	faults, seen, section = [], set(), ""
	for line in (text.strip() for text in lines):
		if not line or line.startswith("#"):
			continue
		if line.startswith("["):
			section = line
			if section not in ("[pre_model_sync]", "[post_model_sync]"):
				faults.append(f"crm_plus/patches.txt: Frappe knows no section {section}")
			continue
		path = re.split(r"\s+#", line)[0]
		if not section:
			faults.append(f"crm_plus/patches.txt: {path} stands in no section")
		if line in seen:
			faults.append(f"crm_plus/patches.txt: {line} stands twice")
		if not code.function(f"{path}.execute"):
			faults.append(f"crm_plus/patches.txt: {path} has no execute()")
		seen.add(line)
	return faults


def unlisted_patch_faults(lines: list[str], sources: list[Source]) -> list[str]:
	"""Find patches that patches.txt does not name, and that therefore never run."""
	listed = {re.split(r"\s+#", line.strip())[0] for line in lines}
	return [
		source.fault(1, "is in no line of patches.txt")
		for source in sources
		if source.room == "patches"
		and any(isinstance(node, ast.FunctionDef) and node.name == "execute" for node in source.tree.body)
		and source.path.removesuffix(".py").replace("/", ".") not in listed
	]
