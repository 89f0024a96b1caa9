"""The arrows between the rooms of the house: who may import whom."""

import ast
from collections.abc import Collection
from graphlib import CycleError, TopologicalSorter

from gates.tree import APP, Source, room_of

DECISIONS = {"rules"}
BELOW_WORKFLOWS = DECISIONS | {"access", "channels"}
ENTRANCE = BELOW_WORKFLOWS | {"workflows"}
SCREEN = ENTRANCE | {"reports"}
EVERYTHING = SCREEN | {"jobs", "overrides", "api", "controllers", "documents", "report documents", "setup"}

# An arrow may skip rooms on its way down; it never points up or sideways.
ARROWS: dict[str, set[str]] = {
	"rules": set(),
	"access": DECISIONS,
	"channels": DECISIONS | {"access"},
	"workflows": BELOW_WORKFLOWS,
	"reports": DECISIONS | {"access"},
	"jobs": ENTRANCE,
	"overrides": ENTRANCE,
	"controllers": ENTRANCE,
	"api": SCREEN,
	"report documents": DECISIONS | {"access", "reports"},
	"documents": SCREEN,
	"www": SCREEN,
	"templates": SCREEN,
	"commands": SCREEN | {"jobs"},
	"patches": EVERYTHING,
	"setup": EVERYTHING,
	"tests": EVERYTHING | {"www", "commands", "patches", "hooks"},
	"root": set(),
	# hooks.py names its targets in strings, see `string_arrow_faults`.
	"hooks": {"overrides", "jobs", "api", "controllers", "access", "setup"},
}

# Version differences stand in one file, so every room but rules/ may ask it.
OPEN_TO_ALL = "crm_plus.setup.compatibility"

# What a decision over plain values can need. Neither a clock nor a file nor the network is among it.
RULES_MAY_IMPORT = {
	*("__future__", "abc", "bisect", "calendar", "collections", "contextlib", "copy", "dataclasses"),
	*("datetime", "dateutil", "decimal", "difflib", "enum", "fractions", "functools", "graphlib", "hashlib"),
	*("heapq", "html", "itertools", "json", "math", "numbers", "operator", "phonenumbers", "re"),
	*("statistics", "string", "textwrap", "types", "typing", "unicodedata", "urllib.parse", "zoneinfo"),
}


def imported_names(source: Source, *, at_runtime: bool) -> list[tuple[ast.stmt, str]]:
	"""Return each imported dotted path with its statement, relative imports resolved, function-level ones too."""
	found: list[tuple[ast.stmt, str]] = []
	for node in source.runtime_nodes if at_runtime else source.nodes:
		if isinstance(node, ast.Import):
			found += [(node, alias.name) for alias in node.names]
		elif isinstance(node, ast.ImportFrom):
			base = absolute_base(source, node)
			found += [(node, f"{base}.{alias.name}") for alias in node.names]
	return found


def absolute_base(source: Source, node: ast.ImportFrom) -> str:
	"""Return the package that an import is from, counted from the top."""
	if not node.level:
		return node.module or ""
	package = source.path.removesuffix(".py").split("/")[: -node.level]
	return ".".join([*package, *([node.module] if node.module else [])])


def arrow_faults(source: Source) -> list[str]:
	"""Find imports against the arrows, and files in rooms that the house does not have."""
	if source.room == "repository":
		return []
	if source.room not in ARROWS:
		return [source.fault(1, f"the house has no room {source.room}/")]
	return [
		source.fault(node, f"{source.room} must not import {name}")
		for node, name in imported_names(source, at_runtime=True)
		if name.split(".")[0] == APP and not may_point(source.room, name)
	]


def may_point(room: str, dotted_path: str) -> bool:
	"""Tell whether a room may use what stands at a dotted path of ours."""
	if dotted_path.startswith(OPEN_TO_ALL) and room != "rules":
		return True
	target = room_of(tuple(dotted_path.split(".")))
	return target in (room, "root", "__version__") or target in ARROWS[room]


def rules_import_faults(source: Source) -> list[str]:
	"""Find what rules/ imports beside plain Python, other rules, dateutil and phonenumbers; type-only imports too."""
	if source.room != "rules":
		return []
	return [
		source.fault(node, f"rules/ must not import {name}")
		for node, name in imported_names(source, at_runtime=False)
		if not rules_may_import(name)
	]


def rules_may_import(name: str) -> bool:
	"""Tell whether a decision may import a dotted name."""
	parts = name.split(".")
	return ".".join(parts[:2]) == f"{APP}.rules" or bool({parts[0], ".".join(parts[:2])} & RULES_MAY_IMPORT)


def cycle_faults(sources: list[Source]) -> list[str]:
	"""Find files that import each other in a circle: which of them is asked for first would decide whether it works."""
	names = {module_name(source): source for source in sources}
	graph = {name: set(imported_modules(source, names)) for name, source in names.items()}
	try:
		tuple(TopologicalSorter(graph).static_order())
	except CycleError as error:
		circle = [str(name) for name in error.args[1]]
		return [names[circle[0]].fault(1, "imports go in a circle: " + " < ".join(circle))]
	return []


def module_name(source: Source) -> str:
	"""Return the dotted name of a file."""
	return source.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported_modules(source: Source, known: Collection[str]) -> list[str]:
	"""Return the modules of ours that a file imports as soon as it is imported itself."""
	found = []
	for node, name in imported_names(source, at_runtime=True):
		if node in source.tree.body:
			found += [module for module in (name, name.rpartition(".")[0]) if module in known][:1]
	return found


def mirror_faults(rules: list[str], tests: list[str]) -> list[str]:
	"""Find rules without a test file of the same name, and test files of rules that are gone; both as bare names."""
	missing = [
		f"crm_plus/rules/{name}.py: has no tests/rules/test_{name}.py" for name in rules if name not in tests
	]
	orphans = [
		f"tests/rules/test_{test}.py: there is no such rules file"
		for test in tests
		if not any(test == name or test.startswith(f"{name}_") for name in rules)
	]
	return missing + orphans
