from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document


class AdoptionRun(Document):
	"""One taking-over of what the site had before: what is to be taken, how far it is, and what came of it."""

	def validate(self) -> None:
		"""Keep the plan of a run as it was started.

		Raises frappe.ValidationError where the pipeline, the company or the sources are changed after the start.
		"""
		before = self.get_doc_before_save()
		if before and before.status != "Draft" and plan_of(before) != plan_of(self):
			frappe.throw(_("A run that has been started cannot be changed: prepare a new one."))

	def on_trash(self) -> None:
		"""Refuse to forget what was taken over: without the entries it could not be undone."""
		if frappe.db.exists("Adoption Entry", {"run": self.name}):
			frappe.throw(_("Undo this run before you delete it: it is the memory of what was taken over."))


def plan_of(run: Any) -> tuple[Any, ...]:
	"""Return what may be chosen only before the start."""
	return run.pipeline, run.company, tuple((row.source_doctype, row.take) for row in run.sources)
