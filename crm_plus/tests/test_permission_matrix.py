"""Every role, every DocType, report, chart, card, page and function of ours, against docs/permissions.md.

What the file does not name fails, and so does what it names and is gone. A failure shows the rows as they would be right.
"""

from collections.abc import Callable
from typing import Any

import frappe
from frappe.www import printview

from crm_plus.setup.install import our_doctypes
from crm_plus.tests import leak_roads
from crm_plus.tests import permission_table as table
from crm_plus.tests.request_case import RequestCase, token_of
from crm_plus.tests.test_api_edge import EXAMPLES, WITHOUT_CONTROL, World, example, functions, methods_of

REFUSED = (401, 403)


class TestMatrix(RequestCase):
	def compare(self, heading: str, real: table.Table) -> None:
		written = table.written(heading)
		wrong = {name: cells for name, cells in real.items() if written.get(name) != cells}
		gone = sorted(set(written) - set(real))
		sentence = f"docs/permissions.md, {heading}: gone: {gone}; right would be:\n{table.rendered(wrong)}"
		self.assertFalse(wrong or gone, sentence)

	def test_documents(self) -> None:
		real = table.document_rights()
		self.compare("Documents", real)
		tables = {name for name in our_doctypes() if frappe.get_meta(name).istable}
		self.assertEqual(set(real) | tables, set(our_doctypes()))

	def test_fields_of_their_own_level(self) -> None:
		self.compare("Fields of their own level", table.level_rights())

	def test_screens(self) -> None:
		self.compare("Screens", table.screens())

	def test_functions(self) -> None:
		"""Each is called with its example: "yes" is an answer, whatever it is; a refusal is a status."""
		world, paths = World(), functions()
		tokens = [token_of(table.user_of(role)) for role in table.ROLES]
		frappe.db.commit()  # the requests are other connections
		real: table.Table = {}
		for path, function in paths.items():
			# One without an example fails in test_api_edge.
			if path.removeprefix("crm_plus.api.") not in EXAMPLES or self.runs_in_background(path):
				continue
			args, method = example(path, world), methods_of(function)[0]
			statuses = [self.call(path, args, method=method, token=token)[0] for token in tokens]
			with self.subTest(path):
				self.assertLess(max(statuses), 500, statuses)
			cells = ["-" if status in REFUSED else "yes" for status in statuses]
			real[path.removeprefix("crm_plus.api.")] = cells
		self.compare("Functions", real)

	def runs_in_background(self, path: str) -> bool:
		return path.endswith(WITHOUT_CONTROL) and ".adoption." in path

	def test_a_right_on_paper_is_one_in_fact(self) -> None:
		"""What is not written is not had on a record of each kind that has one, and of what is written nothing is missing."""
		letters = {right: letter for right, letter in table.LETTERS.items() if right != "select"}
		of_others = {"owner": ["not in", [table.user_of(role) for role in table.ROLES]]}
		for doctype, cells in table.written("Documents").items():
			name = (
				frappe.get_all(doctype, of_others, pluck="name", limit=1)
				if not self.is_single(doctype)
				else [doctype]
			)
			for role, cell in zip(table.ROLES, cells, strict=True) if name else ():
				for right, letter in letters.items():
					with self.subTest(doctype, role=role, right=right):
						may = frappe.has_permission(doctype, right, doc=name[0], user=table.user_of(role))
						self.assertLessEqual(bool(may), letter in cell)
						at_all = frappe.has_permission(doctype, right, user=table.user_of(role))
						self.assertEqual(bool(at_all), letter in cell)

	def test_what_is_tried_is_allowed_or_refused_as_written(self) -> None:
		"""Creating and exporting for real, by each role: what is written is allowed, and nothing else."""
		tries = {"c": self.creates, "x": self.exports}
		for doctype, cells in table.written("Documents").items():
			for role, cell in zip(table.ROLES, cells, strict=True):
				for letter, attempt in tries.items():
					if letter == "x" and (self.is_single(doctype) or frappe.get_meta(doctype).is_virtual):
						continue
					with self.subTest(doctype, role=role, right=letter), self.as_user(table.user_of(role)):
						self.assertEqual(self.is_let(attempt, doctype), letter in cell)

	def test_prints_and_shares_are_not_for_who_may_not(self) -> None:
		"""Frappe prints for whoever may read: without the right to print, a form only does not offer it."""
		tries = {"pr": printview.get_html_and_style, "h": self.shares}
		for doctype, cells in table.written("Documents").items():
			has_rows = not self.is_single(doctype) and not frappe.get_meta(doctype).is_virtual
			name = frappe.db.get_value(doctype, {}) if has_rows else None
			for role, cell in zip(table.ROLES, cells, strict=True) if name else ():
				for letters, attempt in tries.items():
					if not set(letters) & set(cell):
						with (
							self.subTest(doctype, role=role, right=letters),
							self.as_user(table.user_of(role)),
						):
							self.assertFalse(self.is_let(attempt, doctype, name))

	def is_let(self, attempt: Callable[..., Any], *args: Any) -> bool:
		"""Tell whether something is not refused for want of a right; what it does is undone."""
		frappe.db.savepoint("attempt")
		try:
			attempt(*args)
		except frappe.PermissionError:
			return False
		except Exception:  # it was let through, and failed over what an empty record lacks
			return True
		finally:
			frappe.db.rollback(save_point="attempt")
			frappe.clear_messages()
		return True

	def creates(self, doctype: str) -> None:
		frappe.get_doc({"doctype": doctype}).insert()

	def exports(self, doctype: str) -> None:
		leak_roads.export(doctype, [f"`tab{doctype}`.`name`"], [[doctype, "name", "=", "nothing"]])

	def shares(self, doctype: str, name: str) -> None:
		frappe.share.add(doctype, name, table.user_of("no role"))

	def is_single(self, doctype: str) -> bool:
		return bool(frappe.get_meta(doctype).issingle)
