"""docs/permissions.md, the table of who may do what, and what a site really allows, in the same form."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import frappe

from crm_plus.setup.custom_fields import MODULE
from crm_plus.tests.request_case import user_with

FILE = Path(__file__).parents[2] / "docs" / "permissions.md"
ROLES = (
	*("Sales User", "Sales Manager", "System Manager", "Support Team", "Marketing User"),
	*("Accounts User", "Accounts Manager", "no role"),
)
LETTERS = {
	**{"select": "s", "read": "r", "write": "w", "create": "c", "delete": "d", "report": "t"},
	**{"export": "x", "import": "i", "print": "p", "email": "e", "share": "h"},
}
Table = dict[str, list[str]]


def user_of(role: str) -> str:
	"""Return the user who has one role alone, or none."""
	return user_with() if role == "no role" else user_with(role)


def written(heading: str) -> Table:
	"""Return the rows of a section of the file by their first column; the cells are those of ROLES in their order."""
	section = FILE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
	rows = [line for line in section.splitlines() if line.startswith("|")][2:]
	cells = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in rows]
	return {name: rest for name, *rest in cells}


def rendered(table: Table) -> str:
	"""Return rows as the file has them, to be pasted where they are right."""
	return "\n".join(f"| {name} | {' | '.join(cells)} |" for name, cells in sorted(table.items()))


def names_of(doctype: str, **filters: Any) -> list[str]:
	"""Return the standard records of our module."""
	return frappe.get_all(doctype, {"module": MODULE, **filters}, pluck="name", order_by="name")


def for_each_role(names: Iterable[str], cell: Callable[[str], str]) -> Table:
	"""Return the table of a question asked as each role about each name."""
	table: Table = {name: [] for name in names}
	for user in [user_of(role) for role in ROLES]:
		frappe.set_user(user)
		for name, cells in table.items():
			cells.append(cell(name))
	frappe.set_user("Administrator")
	return table


def document_rights() -> Table:
	"""Return the rights on each DocType that is no table of another."""

	def cell(doctype: str) -> str:
		rights = frappe.permissions.get_role_permissions(doctype)
		return "".join(letter for right, letter in LETTERS.items() if rights.get(right)) or "-"

	return for_each_role(names_of("DocType", istable=0), cell)


def level_rights() -> Table:
	"""Return the rights on the fields of each level above the lowest."""
	levels = frappe.get_all(
		"DocField",
		{"parent": ["in", names_of("DocType", istable=0)], "permlevel": [">", 0]},
		["parent", "permlevel"],
		distinct=True,
		order_by="parent",
	)

	def cell(name: str) -> str:
		doctype, level = name.rsplit(" ", 1)
		meta = frappe.get_meta(doctype)
		known = {right: meta.get_permlevel_access(right) for right in ("read", "write")}
		return "".join(LETTERS[right] for right in known if int(level) in known[right]) or "-"

	return for_each_role([f"{row.parent} {row.permlevel}" for row in levels], cell)


def screens() -> Table:
	"""Return who finds each report, page, chart and number card."""
	names = [f"{kind}: {name}" for kind, ask in SCREENS.items() for name in names_of(kind) if ask]

	def cell(named: str) -> str:
		kind, name = named.split(": ", 1)
		return "yes" if SCREENS[kind](name) else "-"

	return for_each_role(names, cell)


def _may_run(report: str) -> bool:
	from frappe.desk.query_report import get_report_doc

	try:
		return bool(get_report_doc(report))
	except frappe.PermissionError:
		frappe.clear_messages()
		return False


SCREENS: dict[str, Callable[[str], Any]] = {
	"Report": _may_run,
	"Page": lambda name: frappe.get_doc("Page", name).is_permitted(),
	"Dashboard Chart": lambda name: frappe.has_permission("Dashboard Chart", "read", doc=name),
	"Number Card": lambda name: frappe.has_permission("Number Card", "read", doc=name),
}
