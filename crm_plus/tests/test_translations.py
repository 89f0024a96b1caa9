"""Every text that people see is found by Frappe's own extraction, from which translations are made."""

import ast
import importlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import frappe
from frappe.utils import get_bench_path

from crm_plus.setup.extractors import SILENT, texts, words
from crm_plus.tests.base import CRMPlusTestCase

APP = Path(frappe.get_app_path("crm_plus"))
# A literal after __( in JavaScript, however it is quoted.
IN_SCRIPT = re.compile(r"""\b__\(\s*(["'`])((?:\\.|(?!\1).)*)\1""", re.DOTALL)


@cache
def extracted() -> frozenset[str]:
	"""Return the texts that a translation starts from."""
	found = (text for _file, _line, text, _comments, _context in texts(Path(get_bench_path())))
	return frozenset(text for text in found if isinstance(text, str))


def files(*endings: str) -> Iterator[Path]:
	"""Yield the app's own files."""
	for path in sorted(APP.rglob("*")):
		if path.suffix in endings and not SILENT & set(path.relative_to(APP).parts):
			yield path


def said_in_python(path: Path) -> Iterator[str]:
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		if (
			isinstance(node, ast.Call)
			and ast.unparse(node.func) == "_"
			and isinstance(node.args[0], ast.Constant)
		):
			yield node.args[0].value


def said_in_script(path: Path) -> Iterator[str]:
	for found in IN_SCRIPT.finditer(path.read_text(encoding="utf-8")):
		yield re.sub(r"\\(.)", r"\1", found[2])


class TestTranslations(CRMPlusTestCase):
	def assert_found(self, texts: dict[str, str]) -> None:
		"""None of the texts, given with where they stand, is unknown to the extraction."""
		self.assertTrue(texts, "nothing was looked at")
		self.assertEqual({text: at for text, at in texts.items() if text and text not in extracted()}, {})

	def test_what_is_said_in_python(self) -> None:
		self.assert_found({text: path.name for path in files(".py") for text in said_in_python(path)})

	def test_what_is_said_in_the_browser(self) -> None:
		self.assert_found({text: path.name for path in files(".js", ".vue") for text in said_in_script(path)})

	def test_titles_of_cards_and_charts(self) -> None:
		records = [json.loads(path.read_text()) for path in files(".json")]
		titles = {
			record.get("label") or record["chart_name"]: record["doctype"]
			for record in records
			if isinstance(record, dict) and record.get("doctype") in ("Number Card", "Dashboard Chart")
		}
		self.assert_found(titles)

	def test_groups_of_reports(self) -> None:
		found = {}
		for path in files(".py"):
			if path.parent.name == "reports":
				module = importlib.import_module(f"crm_plus.reports.{path.stem}")
				found.update(dict.fromkeys(getattr(module, "GROUPS", ()), path.name))
		self.assert_found(found)

	def test_words_are_in_the_readers_language(self) -> None:
		before, frappe.local.lang = frappe.local.lang, "de"
		try:
			values = {"language": "de", "source_text": "Rotten or Slipping", "translated_text": "Faul"}
			frappe.get_doc({"doctype": "Translation", **values}).insert()
			self.assertIn("Faul", words())
		finally:
			frappe.local.lang = before
