"""Decisions without a clock, reports that never write, validation that keeps to its own document."""

import ast
from collections.abc import Iterable

from gates.tree import Source, dotted_name, text_of

CLOCKS = {"now", "today", "utcnow", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime"}
OUTSIDE_NAMES = {"open", "input", "print", "exec", "eval", "compile", "__import__", "breakpoint"}

WRITES = {
	*("insert", "save", "submit", "cancel", "delete", "db_set", "db_insert", "db_update", "db_update_all"),
	*("set_value", "set_single_value", "delete_doc", "delete_doc_if_exists", "rename_doc", "bulk_insert"),
	*("bulk_update", "add_comment", "add_tag", "truncate", "sql_ddl"),
}
WRITE_VERBS = ("insert", "update", "delete", "replace", "alter", "drop", "create", "truncate")
# A call beside the list's own insert(position, value): the two look alike.
LIST_INSERT_ARGUMENTS = 2

VALIDATION = {"autoname", "before_naming", "before_insert", "before_validate", "validate", "before_save"}


def clock_faults(source: Source) -> list[str]:
	"""Find clocks, input and output in rules/; modules that offer more of it are refused by `rules_import_faults`."""
	if source.room != "rules":
		return []
	return [
		source.fault(call, f"rules/ must not call {ast.unparse(call.func)}")
		for call in source.calls
		if reaches_out(call)
	]


def reaches_out(call: ast.Call) -> bool:
	"""Tell whether a call reads a clock or is a way out of the program."""
	if isinstance(call.func, ast.Name):
		return call.func.id in OUTSIDE_NAMES
	return isinstance(call.func, ast.Attribute) and call.func.attr in CLOCKS


def report_write_faults(source: Source) -> list[str]:
	"""Find writes in reports/ and in report documents."""
	if source.room not in ("reports", "report documents"):
		return []
	return [
		source.fault(call, f"a report never writes: {written(call)}")
		for call in source.calls
		if written(call)
	]


def written(call: ast.Call) -> str:
	"""Return what a call writes with, or an empty text where it only reads."""
	name = dotted_name(call.func) or (call.func.attr if isinstance(call.func, ast.Attribute) else "")
	method = name.rsplit(".", 1)[-1]
	if method in WRITES and not is_harmless(call, method):
		return name
	if isinstance(call.func, ast.Attribute) and method in ("update", "into"):
		return name if dotted_name(call.func.value).endswith("qb") else ""
	is_sql = method in ("sql", "multisql") and call.args
	statement = (text_of(call.args[0]) or "").lstrip().lower() if is_sql else ""
	return name if statement.startswith(WRITE_VERBS) else ""


def is_harmless(call: ast.Call, method: str) -> bool:
	"""Tell a list's insert and the cache's set_value from a document's."""
	receiver = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
	if method == "insert":
		return len(call.args) == LIST_INSERT_ARGUMENTS
	return method in ("set_value", "delete") and "cache" in receiver


def validation_write_faults(source: Source) -> list[str]:
	"""Find documents that are written while one is only being validated, in controllers and in overrides."""
	if source.room not in ("controllers", "overrides"):
		return []
	return [
		source.fault(call, f"validation never writes documents: {written(call)}")
		for function in reached_from(source, VALIDATION)
		for call in ast.walk(function)
		if isinstance(call, ast.Call) and written(call)
	]


def reached_from(source: Source, names: Iterable[str]) -> list[ast.AST]:
	"""Return the functions of a file with one of the names, and those of the same file that they call."""
	known = {function.name: function for function in source.functions}
	waiting, reached = [name for name in names if name in known], set()
	while waiting:
		name = waiting.pop()
		reached.add(name)
		waiting += [
			called for called in called_names(known[name]) if called in known and called not in reached
		]
	return [known[name] for name in sorted(reached)]


def called_names(function: ast.AST) -> set[str]:
	"""Return the bare names, and the names on self, that a function calls."""
	functions = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
	plain = {func.id for func in functions if isinstance(func, ast.Name)}
	own = {
		func.attr
		for func in functions
		if isinstance(func, ast.Attribute) and dotted_name(func.value) == "self"
	}
	return plain | own
