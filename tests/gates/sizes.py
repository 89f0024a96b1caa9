"""How long a function and a file may be."""

import ast

from gates.tree import Source

FILE_LINES = 300
FUNCTION_LINES = 40
SHORT_FUNCTION_LINES = 20
SHORT_ROOMS = ("rules", "overrides")


def file_size_faults(source: Source, tables: frozenset[str] = frozenset()) -> list[str]:
	"""Find files that are too long; `tables` names the files that are nothing but field or column tables."""
	lines = len(source.text.splitlines())
	if lines <= FILE_LINES or source.path in tables:
		return []
	return [source.fault(1, f"{lines} lines, more than {FILE_LINES}")]


def function_size_faults(source: Source, tables: frozenset[str] = frozenset()) -> list[str]:
	"""Find functions that are too long, docstring and all; `tables` names exempt ones as path::function."""
	limit = SHORT_FUNCTION_LINES if source.room in SHORT_ROOMS else FUNCTION_LINES
	return [
		source.fault(function, f"{function.name} has {length(function)} lines, more than {limit}")
		for function in source.functions
		if length(function) > limit and f"{source.path}::{function.name}" not in tables
	]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
	"""Return the lines from `def` to the last one; decorators do not count."""
	return (function.end_lineno or function.lineno) - function.lineno + 1


def stale_exemptions(tables: frozenset[str], sources: list[Source]) -> list[str]:
	"""Find exemptions that nothing needs any more."""
	return [
		f"{entry}: is exempt from the sizes but need not be"
		for entry in sorted(tables)
		if not any(needs_exemption(entry, source) for source in sources)
	]


def needs_exemption(entry: str, source: Source) -> bool:
	"""Tell whether an exempt file, or function written as path::function, breaks a size."""
	path, _, function = entry.partition("::")
	if path != source.path:
		return False
	return bool(
		any(f": {function} has " in fault for fault in function_size_faults(source))
		if function
		else file_size_faults(source)
	)
