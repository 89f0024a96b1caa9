"""Habits of the house that no linter knows: who commits, who skips permissions, how SQL and sentences are written."""

import ast
import re

from gates.tree import Source, dotted_name, is_test, text_of

COMMITTING_ROOMS = ("jobs", "setup", "tests")
PERMISSION_ROOMS = ("tests",)
CLASS_REPLACEMENTS = {"override_doctype_class", "extend_doctype_class"}
TRANSLATORS = {"_", "_lt"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
BARE_NOQA = re.compile(r"^\s*(ruff:\s*)?noqa(?!\s*:\s*[A-Z]+[0-9]+)")
BARE_TYPE_IGNORE = re.compile(r"^type:\s*ignore(?!\[)")
# `__("..." + x)` and __(`...${x}`): no translator ever sees the whole sentence.
SCRIPT_TRANSLATION = re.compile(r"""(?<![\w$.])__\(\s*(`[^`]*\$\{|"[^"\n]*"\s*\+|'[^'\n]*'\s*\+)""")


def commit_faults(source: Source) -> list[str]:
	"""Find commits and whole rollbacks outside jobs/ and setup/ that no comment gives a reason for."""
	if source.room in COMMITTING_ROOMS:
		return []
	return [
		source.fault(call, f"{dotted_name(call.func)} without a comment that says why")
		for call in source.calls
		if dotted_name(call.func).endswith(("db.commit", "db.rollback"))
		and not call.keywords
		and not source.has_reason(call)
	]


def permission_faults(source: Source) -> list[str]:
	"""Find permissions that are skipped, tests apart, without a comment that says why it is safe."""
	if source.room in PERMISSION_ROOMS:
		return []
	return [
		source.fault(node, "permissions are skipped without a comment that says why it is safe")
		for node in source.nodes
		if skips_permissions(node) and not source.has_reason(node)
	]


def skips_permissions(node: ast.AST) -> bool:
	"""Tell whether a node is `ignore_permissions=True` or sets the flag of that name."""
	if isinstance(node, ast.keyword):
		return node.arg == "ignore_permissions" and is_true(node.value)
	if isinstance(node, ast.Assign):
		targets = [target.attr for target in node.targets if isinstance(target, ast.Attribute)]
		return "ignore_permissions" in targets and is_true(node.value)
	return False


def is_true(node: ast.AST) -> bool:
	"""Tell whether a value may be true: all but a literal false."""
	return not (isinstance(node, ast.Constant) and not node.value)


def class_replacement_faults(source: Source) -> list[str]:
	"""Find the hooks by which an app replaces another app's document classes."""
	return [
		source.fault(node, f"{name}: ERPNext's documents are listened to, never replaced")
		for node in source.nodes
		for name in [node.id if isinstance(node, ast.Name) else text_of(node)]
		if name in CLASS_REPLACEMENTS
	]


def translation_faults(source: Source) -> list[str]:
	"""Find sentences that are put together before they are translated."""
	return [
		source.fault(call, "a sentence is put together inside _(): translate it first, fill it in after")
		for call in source.calls
		if dotted_name(call.func).rsplit(".", 1)[-1] in TRANSLATORS
		and call.args
		and is_assembled(call.args[0])
	]


def is_assembled(node: ast.AST) -> bool:
	"""Tell whether a text is an f-string, a sum, a % or a format call."""
	formats = (
		isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"
	)
	return formats or isinstance(node, ast.JoinedStr | ast.BinOp)


def script_translation_faults(script: Source) -> list[str]:
	"""Find the same in scripts and components of the Desk."""
	return [
		script.fault(script.text.count("\n", 0, match.start()) + 1, "a sentence is put together inside __()")
		for match in SCRIPT_TRANSLATION.finditer(script.text)
	]


def sql_faults(source: Source) -> list[str]:
	"""Find SQL that is no literal; DDL, which takes no bound values, may be built where a comment says why."""
	faults = []
	for call in source.calls:
		method = dotted_name(call.func).rsplit("db.", 1)[-1]
		is_literal = bool(call.args) and is_literal_text(source, call.args[0])
		if method in ("sql", "multisql", "sql_list") and not is_literal:
			faults.append(source.fault(call, "SQL must be a literal with bound values"))
		if method == "sql_ddl" and not (is_literal or source.has_reason(call)):
			faults.append(source.fault(call, "DDL is built without a comment that says why it is safe"))
	return faults


def is_literal_text(source: Source, node: ast.AST) -> bool:
	"""Tell whether a value is a literal text, or the name of one at the top of the file."""
	if text_of(node) is not None:
		return True
	constants = [
		statement.targets[0].id
		for statement in source.tree.body
		if isinstance(statement, ast.Assign)
		and isinstance(statement.targets[0], ast.Name)
		and text_of(statement.value) is not None
	]
	return isinstance(node, ast.Name) and node.id in constants


def unfinished_faults(source: Source) -> list[str]:
	"""Find what is left for later."""
	marks = [
		source.fault(line, f"unfinished: {comment}")
		for line, comment in source.comments.items()
		if UNFINISHED.search(comment)
	]
	raised = [
		source.fault(node, "NotImplementedError: leave out what is not there")
		for node in source.nodes
		if isinstance(node, ast.Name) and node.id in ("NotImplementedError", "NotImplemented")
	]
	return marks + raised


def blanket_faults(source: Source) -> list[str]:
	"""Find comments that silence a tool without saying what they silence."""
	return [
		source.fault(line, f"name the code that is silenced: {comment}")
		for line, comment in source.comments.items()
		if BARE_NOQA.match(comment) or BARE_TYPE_IGNORE.match(comment)
	]


def swallowed_error_faults(source: Source) -> list[str]:
	"""Find handlers that catch everything and do nothing: a failure is logged, or let through."""
	if is_test(source):
		return []
	return [
		source.fault(node, "an error is swallowed: log it, or catch the one that is meant")
		for node in source.nodes
		if isinstance(node, ast.ExceptHandler)
		and (node.type is None or dotted_name(node.type) in ("Exception", "BaseException"))
		and not any(isinstance(inner, ast.Call | ast.Raise) for inner in ast.walk(ast.Module(node.body, [])))
	]
