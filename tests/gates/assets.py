"""Files and paths that are named in texts: bundles, form scripts, and dotted paths in scripts and Python."""

import re
from collections.abc import Callable

from gates.tree import REPO, Source, text_of
from gates.wiring import BUNDLE, DOTTED_PATH, SCRIPT_HOOKS, Code, Hooks, texts_in

CALLED_PATH = re.compile(r"""["'`](crm_plus(?:\.[a-z_]\w*){2,})["'`]""")
INCLUDE_HOOKS = (
	"app_include_js",
	"app_include_css",
	"web_include_js",
	"web_include_css",
	"webform_include_js",
)
ASSETS = "/assets/crm_plus/"


def include_faults(hooks: Hooks, public_files: list[str]) -> list[str]:
	"""Find bundles and assets that hooks.py includes and public/ does not hold; files are paths below public/."""
	return [
		f"hooks.py: {hook}: public/ has no {path}"
		for hook in INCLUDE_HOOKS
		for path in texts_in(hooks.values.get(hook, []))
		if not is_public(path, public_files)
	]


def is_public(path: str, public_files: list[str]) -> bool:
	"""Tell whether a bundle or an asset has a file below public/."""
	if path.startswith(ASSETS):
		return path.removeprefix(ASSETS) in public_files
	# A bundle may be written in another language than the one it is built to.
	stem = BUNDLE.sub("", path)
	return any(
		re.fullmatch(rf"(?:.*/)?{re.escape(stem)}\.(js|ts|css|scss|less)", file) for file in public_files
	)


def script_hook_faults(hooks: Hooks, exists: Callable[[str], bool]) -> list[str]:
	"""Find form, list and page scripts that are not where hooks.py says, counted from the app's folder."""
	return [
		f"hooks.py: {hook}: {path} does not exist"
		for hook in SCRIPT_HOOKS
		for path in texts_in(hooks.values.get(hook, {}))
		if not exists(path)
	]


def app_file_exists(path: str) -> bool:
	"""Tell whether the app's folder has a file."""
	return (REPO / "crm_plus" / path).is_file()


def called_path_faults(script: Source, code: Code) -> list[str]:
	"""Find dotted paths in a script, a component or a JSON document that lead to nothing."""
	return [
		script.fault(script.text.count("\n", 0, match.start()) + 1, f"{match[1]} does not exist")
		for match in CALLED_PATH.finditer(script.text)
		if not code.resolves(match[1]) and not BUNDLE.search(match[1])
	]


def text_path_faults(source: Source, code: Code) -> list[str]:
	"""Find dotted paths in Python texts, such as those of enqueued jobs, that lead to nothing."""
	return [
		source.fault(node, f"{text} does not exist")
		for node in source.nodes
		if (text := text_of(node)) and DOTTED_PATH.match(text) and text.count(".") > 1
		if not code.resolves(text) and not BUNDLE.search(text)
	]
