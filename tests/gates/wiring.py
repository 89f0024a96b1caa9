"""hooks.py is a switchboard of literals: every path in it leads to a function in the right room."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gates.tree import Source, dotted_name

DOTTED_PATH = re.compile(r"^crm_plus(\.[A-Za-z_]\w*)+$")
BUNDLE = re.compile(r"\.(js|css|scss)$")
RENAME_ARGUMENTS = 5
HANDLER_ARGUMENTS = 2

LIFECYCLE_HOOKS = (
	*(
		"before_install",
		"after_install",
		"before_uninstall",
		"after_uninstall",
		"before_migrate",
		"after_migrate",
	),
	*(
		"before_app_install",
		"after_app_install",
		"before_app_uninstall",
		"after_app_uninstall",
		"before_tests",
	),
	*("after_sync", "setup_wizard_complete"),
)
# Where the paths of a hook must lead; hooks not named here may lead to any of the rooms hooks.py points to.
ROOM_OF_HOOK = {
	"doc_events": "overrides",
	"scheduler_events": "jobs",
	"permission_query_conditions": "access",
	"has_permission": "access",
	"override_whitelisted_methods": "api",
	"standard_queries": "api",
	**dict.fromkeys(LIFECYCLE_HOOKS, "setup"),
}
EVENTS = {
	*(
		"before_naming",
		"autoname",
		"before_insert",
		"after_insert",
		"before_validate",
		"validate",
		"before_save",
	),
	*("on_update", "before_submit", "on_submit", "before_cancel", "on_cancel", "before_update_after_submit"),
	*("on_update_after_submit", "before_change", "on_change", "on_trash", "after_delete", "before_rename"),
	*(
		"after_rename",
		"before_print",
		"before_discard",
		"on_discard",
		"onload",
		"before_mapping",
		"after_mapping",
	),
	*("on_communication_update", "on_payment_authorized", "before_import", "before_export", "after_save"),
}
SCHEDULES = {
	*(
		"all",
		"cron",
		"hourly",
		"hourly_long",
		"hourly_maintenance",
		"daily",
		"daily_long",
		"daily_maintenance",
	),
	*("weekly", "weekly_long", "monthly", "monthly_long", "yearly"),
}
CRON = re.compile(r"^(?:[\d*/,\-]+\s+){4,5}[\d*/,\-A-Za-z]+$")
SCRIPT_HOOKS = ("doctype_js", "doctype_list_js", "doctype_tree_js", "doctype_calendar_js", "page_js")


@dataclass(frozen=True)
class Hooks:
	"""hooks.py as plain data: no import, no Frappe."""

	source: Source

	@cached_property
	def values(self) -> dict[str, Any]:
		"""Return each hook with its value; hooks that are no literals are left out, `computed_faults` names them."""
		found = {}
		for statement in self.source.tree.body:
			if isinstance(statement, ast.Assign) and is_literal(statement.value):
				found[ast.unparse(statement.targets[0])] = ast.literal_eval(statement.value)
		return found

	@cached_property
	def paths(self) -> list[tuple[str, str]]:
		"""Return every dotted path of ours with the hook that names it."""
		return [
			(hook, text)
			for hook, value in self.values.items()
			for text in texts_in(value)
			if DOTTED_PATH.match(text) and not BUNDLE.search(text)
		]

	@cached_property
	def doc_events(self) -> list[tuple[str | tuple[str, ...], str, str]]:
		"""Return (document or documents, event, path) for every document handler."""
		return [
			(documents, event, path)
			for documents, events in self.values.get("doc_events", {}).items()
			for event, value in events.items()
			for path in texts_in(value)
		]


@dataclass(frozen=True)
class Code:
	"""The app's Python files by their dotted names."""

	sources: tuple[Source, ...]

	@cached_property
	def modules(self) -> dict[str, Source]:
		"""Each module by its dotted name."""
		names = [
			source.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
			for source in self.sources
		]
		return dict(zip(names, self.sources, strict=True))

	def function(self, path: str) -> ast.FunctionDef | None:
		"""Return the function that a dotted path names, at the top level of its module or imported there, or None."""
		module, _, name = path.rpartition(".")
		body = self.modules[module].tree.body if module in self.modules else []
		for node in body:
			if isinstance(node, ast.FunctionDef) and node.name == name:
				return node
			if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}:
				return self.function(f"{node.module}.{name}")
		return None

	def resolves(self, path: str) -> bool:
		"""Tell whether a dotted path leads to a module, or to something at the top level of one."""
		module, _, name = path.rpartition(".")
		if path in self.modules or module not in self.modules:
			return path in self.modules
		return name in top_level_names(self.modules[module])


def top_level_names(source: Source) -> set[str]:
	"""Return what a module defines or imports at its top level."""
	names: set[str] = set()
	for node in source.tree.body:
		if isinstance(node, ast.FunctionDef | ast.ClassDef):
			names.add(node.name)
		elif isinstance(node, ast.Assign):
			names |= {dotted_name(target) for target in node.targets}
		elif isinstance(node, ast.AnnAssign):
			names.add(dotted_name(node.target))
		elif isinstance(node, ast.Import | ast.ImportFrom):
			names |= {alias.asname or alias.name for alias in node.names}
	return names


def is_literal(node: ast.AST) -> bool:
	"""Tell whether a value is written out in full."""
	try:
		ast.literal_eval(node)
	except ValueError:
		return False
	return True


def texts_in(value: Any) -> Iterator[str]:
	"""Yield every text inside a literal; the keys of a dict are names, not values."""
	if isinstance(value, str):
		yield value
	elif isinstance(value, dict):
		for item in value.values():
			yield from texts_in(item)
	elif isinstance(value, list | tuple):
		for item in value:
			yield from texts_in(item)


def computed_faults(hooks: Hooks) -> list[str]:
	"""Find anything in hooks.py that is not one name bound to one literal."""
	return [
		hooks.source.fault(statement, "hooks.py computes nothing: one name, one literal")
		for statement in hooks.source.tree.body
		if not isinstance(statement, ast.Expr)
		and not (isinstance(statement, ast.Assign) and is_literal(statement.value))
	]


def bench_line_faults(hooks: Hooks) -> list[str]:
	"""Find what bench reads with a regular expression and would misread."""
	faults = []
	if not re.search(r'^required_apps = \["frappe/erpnext"\]$', hooks.source.text, re.M):
		faults.append(hooks.source.fault(1, 'required_apps = ["frappe/erpnext"] must be one plain line'))
	for name in ("app_name", "app_title", "app_publisher", "app_description", "app_email", "app_license"):
		if not re.search(rf'^{name} = "[^"\n]+"$', hooks.source.text, re.M):
			faults.append(hooks.source.fault(1, f'{name} = "..." must be one plain line'))
	return faults


def unresolved_faults(hooks: Hooks, code: Code) -> list[str]:
	"""Find paths that lead to no function of ours; jinja may name whole modules."""
	return [
		f"hooks.py: {hook}: {path} does not exist"
		for hook, path in hooks.paths
		if not (code.resolves(path) if hook == "jinja" else code.function(path))
	]


def room_faults(hooks: Hooks, may_point: Callable[[str, str], bool]) -> list[str]:
	"""Find paths into a room that the hook, or hooks.py at all, must not point to."""
	faults = []
	for hook, path in hooks.paths:
		room = ROOM_OF_HOOK.get(hook)
		if room and path.split(".")[1] != room:
			faults.append(f"hooks.py: {hook}: {path} must stand in {room}/")
		elif not room and (not may_point("hooks", path) or path.split(".")[1] == "setup"):
			faults.append(f"hooks.py: {hook}: {path} stands in a room that hooks.py must not point to")
	return faults


def event_faults(hooks: Hooks, code: Code) -> list[str]:
	"""Find document handlers that are not overrides/<document>.py::<event>(doc, method, ...)."""
	faults = []
	for documents, event, path in hooks.doc_events:
		if event not in EVENTS:
			faults.append(f"hooks.py: doc_events: {documents}: Frappe knows no event {event}")
		if path.rpartition(".")[2] != event:
			faults.append(f"hooks.py: doc_events: {path} must be named {event}, as its event")
		if isinstance(documents, str) and documents != "*" and path.split(".")[-2] != scrub(documents):
			faults.append(f"hooks.py: doc_events: {path} must stand in overrides/{scrub(documents)}.py")
		function = code.function(path)
		if function and not takes(function, RENAME_ARGUMENTS if "rename" in event else HANDLER_ARGUMENTS):
			faults.append(f"hooks.py: doc_events: {path} must take (doc, method) as Frappe passes them")
	return faults


def schedule_faults(hooks: Hooks, code: Code) -> list[str]:
	"""Find schedules that Frappe does not know, and jobs that cannot be called without arguments."""
	events = hooks.values.get("scheduler_events", {})
	faults = [
		f"hooks.py: scheduler_events: Frappe knows no schedule {name}"
		for name in events
		if name not in SCHEDULES
	]
	faults += [
		f"hooks.py: scheduler_events: {line!r} is no cron line"
		for line in events.get("cron", {})
		if not CRON.match(line)
	]
	return faults + [
		f"hooks.py: scheduler_events: {path} is called without arguments"
		for path in texts_in(events)
		if (function := code.function(path)) and not takes(function, 0)
	]


def takes(function: ast.FunctionDef, count: int) -> bool:
	"""Tell whether a function can be called with this many positional arguments."""
	positional = [*function.args.posonlyargs, *function.args.args]
	required = len(positional) - len(function.args.defaults)
	unfilled = [default for default in function.args.kw_defaults if default is None]
	return (
		required <= count and (count <= len(positional) or function.args.vararg is not None) and not unfilled
	)


def untested_faults(hooks: Hooks, tests: str) -> list[str]:
	"""Find handlers and jobs whose module or document no site test ever names; `tests` is their whole text."""
	named = [(path, (path.split(".")[-2], documents)) for documents, _, path in hooks.doc_events]
	named += [(path, (path.split(".")[-2],)) for path in texts_in(hooks.values.get("scheduler_events", {}))]
	return [
		f"hooks.py: {path} has no test: no file in crm_plus/tests speaks of {' or '.join(map(str, names))}"
		for path, names in named
		if not any(re.search(rf"\b{re.escape(name)}\b", tests) for name in flat(names))
	]


def flat(names: tuple[Any, ...]) -> list[str]:
	"""Return names, some of which may be tuples of names, as one list."""
	return [text for name in names for text in texts_in(name)]


def scrub(name: str) -> str:
	"""Return a DocType's name as Frappe writes it in paths."""
	return name.replace(" ", "_").replace("-", "_").lower()
