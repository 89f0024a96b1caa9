"""What the gates read: the files of this repository, each parsed once, and the room of the house each stands in."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
APP = "crm_plus"
SKIPPED_FOLDERS = {"node_modules", "dist", "__pycache__", ".git", "locale"}
SCRIPTS = (".js", ".mjs", ".ts", ".vue")
REASON_WORDS = 3


@dataclass(frozen=True)
class Source:
	"""One file: its path from the repository's root, with forward slashes, and its text."""

	path: str
	text: str

	@property
	def room(self) -> str:
		"""The room of the house that this file stands in."""
		return room_of(tuple(self.path.removesuffix(".py").split("/")))

	@cached_property
	def tree(self) -> ast.Module:
		"""The parsed module; raises SyntaxError where the file is no Python."""
		return ast.parse(self.text, self.path)

	@cached_property
	def nodes(self) -> list[ast.AST]:
		"""Every node of the file."""
		return list(ast.walk(self.tree))

	@cached_property
	def runtime_nodes(self) -> list[ast.AST]:
		"""Every node but those that only a type checker sees."""
		return list(walk_at_runtime(self.tree))

	@cached_property
	def calls(self) -> list[ast.Call]:
		"""Every call in the file."""
		return [node for node in self.nodes if isinstance(node, ast.Call)]

	@cached_property
	def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
		"""Every function and method, nested ones too."""
		return [node for node in self.nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

	@cached_property
	def bare_texts(self) -> set[int]:
		"""The ids of the texts that stand alone: docstrings."""
		return {id(node.value) for node in self.nodes if isinstance(node, ast.Expr)}

	@cached_property
	def comments(self) -> dict[int, str]:
		"""The comment of each line that has one, without its sign."""
		tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
		return {
			token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT
		}

	def fault(self, node: ast.AST | int, sentence: str) -> str:
		"""Return one readable fault at a node or line of this file."""
		line = node if isinstance(node, int) else getattr(node, "lineno", 1)
		return f"{self.path}:{line}: {sentence}"

	def has_reason(self, node: ast.AST) -> bool:
		"""Tell whether a comment of a few words stands on the node's line, in its statement, or above either."""
		line = getattr(node, "lineno", 1)
		return any(self._reason_at(candidate) for candidate in {line, *self._statement_lines(line)})

	def _reason_at(self, line: int) -> bool:
		above = line - 1 if self._is_comment_line(line - 1) else line
		return any(is_reason(self.comments.get(candidate, "")) for candidate in (line, above))

	def _is_comment_line(self, line: int) -> bool:
		lines = self.text.splitlines()
		return 0 < line <= len(lines) and lines[line - 1].lstrip().startswith("#")

	def _statement_lines(self, line: int) -> range:
		"""The lines of the innermost statement; of one with a body, such as `with`, those up to the line asked for."""
		around = [
			node
			for node in self.nodes
			if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or line)
		]
		if not around:
			return range(line, line + 1)
		innermost = max(around, key=lambda node: node.lineno)
		last = line if hasattr(innermost, "body") else innermost.end_lineno or line
		return range(innermost.lineno, last + 1)


def is_reason(comment: str) -> bool:
	"""Tell whether a comment says something in words, beside instructions to tools."""
	words = re.sub(r"(noqa|type|nosemgrep|fmt|pragma)\s*:\s*[\w\[\], -]*?(?=#|$)", "", comment)
	return len(re.findall(r"[^\W\d_]{2,}", words)) >= REASON_WORDS


def room_of(parts: tuple[str, ...]) -> str:
	"""Return the room for the parts of a file's path or of a dotted path: "workflows", "controllers", "hooks" …"""
	if parts[0] != APP:
		return "repository"
	inner = [part for part in parts[1:] if part != "__init__"]
	if not inner:
		return "root"
	if inner[0] != APP:
		return inner[0]
	return {"doctype": "controllers", "report": "report documents"}.get("".join(inner[1:2]), "documents")


def walk_at_runtime(node: ast.AST) -> Iterator[ast.AST]:
	"""Yield a node and all below it, leaving out the body of `if TYPE_CHECKING:`."""
	yield node
	if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
		children: list[ast.AST] = list(node.orelse)
	else:
		children = list(ast.iter_child_nodes(node))
	for child in children:
		yield from walk_at_runtime(child)


def files_below(folder: Path, *suffixes: str) -> list[Path]:
	"""Return the files with one of the suffixes, sorted, without what is generated or fetched."""
	return sorted(
		path
		for path in folder.rglob("*")
		if path.suffix in suffixes
		and path.is_file()
		and not SKIPPED_FOLDERS.intersection(path.relative_to(folder).parts)
	)


def read(path: Path) -> Source:
	"""Return a file of the repository as a Source."""
	return Source(path.relative_to(REPO).as_posix(), path.read_text(encoding="utf-8"))


@cache
def app_sources() -> tuple[Source, ...]:
	"""Every Python file of the app that parses; those that do not are `broken_sources`."""
	return tuple(source for source in all_app_sources() if source not in broken_sources())


@cache
def all_app_sources() -> tuple[Source, ...]:
	"""Every Python file of the app."""
	return tuple(read(path) for path in files_below(REPO / APP, ".py"))


@cache
def broken_sources() -> tuple[Source, ...]:
	"""The files of the app that are no Python."""
	return tuple(source for source in all_app_sources() if not parses(source))


@cache
def sources_beside_the_app() -> tuple[Source, ...]:
	"""Every Python file of the repository that is not the app's: tests, and what make runs."""
	return tuple(read(path) for folder in ("tests", "scripts") for path in files_below(REPO / folder, ".py"))


@cache
def app_scripts() -> tuple[Source, ...]:
	"""Every script and component of the app's Desk side."""
	return tuple(read(path) for path in files_below(REPO / APP, *SCRIPTS))


def parses(source: Source) -> bool:
	"""Tell whether a file is Python."""
	try:
		return bool(source.tree)
	except SyntaxError:
		return False


def is_test(source: Source) -> bool:
	"""Tell whether a file is a test or serves tests only."""
	return source.room in ("tests", "repository") or source.path.rsplit("/", 1)[-1].startswith("test_")


def dotted_name(node: ast.AST) -> str:
	"""Return `a.b.c` for a name or a chain of attributes; calls inside the chain are kept as they are written."""
	return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


def text_of(node: ast.AST | None) -> str | None:
	"""Return the text of a literal string, else None."""
	return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
