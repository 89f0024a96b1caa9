"""What a function must say of itself: the whitelisted ones all, the public ones their purpose and types."""

import ast

from gates.tree import Source, dotted_name, is_test, text_of

Function = ast.FunctionDef | ast.AsyncFunctionDef
HTTP_METHODS = {"GET", "POST", "PUT", "DELETE"}
FORBIDDEN_ARGUMENTS = {"ignore_permissions", "ignore_permission"}

# Frappe calls these by name and says in its own docs what they are for.
DOCUMENT_EVENTS = {
	*(
		"autoname",
		"before_naming",
		"before_insert",
		"after_insert",
		"before_validate",
		"validate",
		"before_save",
	),
	*("after_save", "on_update", "before_submit", "on_submit", "before_cancel", "on_cancel", "on_change"),
	*("before_change", "before_update_after_submit", "on_update_after_submit", "on_trash", "after_delete"),
	*(
		"before_rename",
		"after_rename",
		"before_print",
		"before_discard",
		"on_discard",
		"onload",
		"onload_post_render",
	),
	*("before_mapping", "after_mapping", "on_communication_update", "on_payment_authorized", "get_feed"),
	*("before_import", "before_export", "validate_if_saved", "get_list", "get_count", "get_stats"),
	*("db_insert", "db_update", "load_from_db"),
}


def whitelist_faults(source: Source) -> list[str]:
	"""Find whitelisted functions outside api/, and those in it that leave something unsaid."""
	found = [
		(function, decorator) for function in source.functions if (decorator := whitelisted_by(function))
	]
	if source.room != "api":
		return [
			source.fault(function, f"{function.name} is whitelisted outside api/") for function, _ in found
		]
	return [
		source.fault(function, f"{function.name} {sentence}")
		for function, decorator in found
		for sentence in [*unsaid_in_decorator(source, decorator), *unsaid(function), *trusting(function)]
	]


def whitelisted_by(function: Function) -> ast.expr | None:
	"""Return the decorator that whitelists a function, or None."""
	for decorator in function.decorator_list:
		called = decorator.func if isinstance(decorator, ast.Call) else decorator
		if dotted_name(called).rsplit(".", 1)[-1] == "whitelist":
			return decorator
	return None


def unsaid_in_decorator(source: Source, decorator: ast.expr) -> list[str]:
	"""Return what a whitelisting leaves open: the HTTP methods, or why a guest may call it."""
	keywords = {kw.arg: kw.value for kw in decorator.keywords} if isinstance(decorator, ast.Call) else {}
	methods = keywords.get("methods")
	named = {text_of(item) for item in methods.elts} if isinstance(methods, ast.List | ast.Tuple) else set()
	faults = [] if named and named <= HTTP_METHODS else ["names no HTTP methods: methods=[...]"]
	if "allow_guest" in keywords and not source.has_reason(decorator):
		faults.append("lets guests in without a comment that says why")
	return faults


def trusting(function: Function) -> list[str]:
	"""Return the arguments by which a caller could lift the permissions."""
	return [
		f"takes {arg.arg} from the caller" for arg in arguments(function) if arg.arg in FORBIDDEN_ARGUMENTS
	]


def postponed_annotation_faults(source: Source) -> list[str]:
	"""Find annotations in api/ that Frappe cannot enforce: it skips those that are texts at run time."""
	if source.room != "api":
		return []
	postponed = [
		source.fault(node, "annotations become texts, which Frappe does not enforce on requests")
		for node in source.nodes
		if isinstance(node, ast.ImportFrom)
		and node.module == "__future__"
		and "annotations" in [alias.name for alias in node.names]
	]
	quoted = [
		source.fault(
			function, f"{function.name}: the annotation of {arg.arg} is a text, which Frappe does not enforce"
		)
		for function in source.functions
		if whitelisted_by(function)
		for arg in arguments(function)
		if text_of(arg.annotation) is not None
	]
	return postponed + quoted


def public_function_faults(source: Source) -> list[str]:
	"""Find public functions and methods without docstring or annotations; tests and document events are let off."""
	if is_test(source):
		return []
	return [
		source.fault(function, f"{function.name} {sentence}")
		for function in public_functions(source)
		for sentence in unsaid(function)
	]


def public_functions(source: Source) -> list[Function]:
	"""Return a file's public functions and the public methods of its classes."""
	bodies: list[tuple[ast.AST, list[ast.stmt]]] = [(source.tree, source.tree.body)]
	bodies += [(node, node.body) for node in source.tree.body if isinstance(node, ast.ClassDef)]
	return [
		node
		for owner, body in bodies
		for node in body
		if isinstance(node, Function) and not node.name.startswith("_") and not is_event(source, owner, node)
	]


def is_event(source: Source, owner: ast.AST, function: Function) -> bool:
	"""Tell whether a function is one of the standard hooks of a document class."""
	return (
		source.room == "controllers" and isinstance(owner, ast.ClassDef) and function.name in DOCUMENT_EVENTS
	)


def unsaid(function: Function) -> list[str]:
	"""Return what a function's head leaves out: docstring, types of arguments, type of the result."""
	faults = [] if ast.get_docstring(function) else ["has no docstring"]
	bare = [
		arg.arg for arg in arguments(function) if arg.annotation is None and arg.arg not in ("self", "cls")
	]
	if bare:
		faults.append(f"does not annotate {', '.join(bare)}")
	if function.returns is None:
		faults.append("does not annotate what it returns")
	return faults


def arguments(function: Function) -> list[ast.arg]:
	"""Return every argument of a function, *args and **kwargs too."""
	args = function.args
	return [
		*args.posonlyargs,
		*args.args,
		*([args.vararg] if args.vararg else []),
		*args.kwonlyargs,
		*([args.kwarg] if args.kwarg else []),
	]
