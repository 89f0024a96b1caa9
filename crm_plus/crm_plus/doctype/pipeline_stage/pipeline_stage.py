import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import append_number_if_name_exists
from frappe.utils import escape_html, flt

from crm_plus.rules.deal_stages import resolve_successor
from crm_plus.rules.quoted_text import quoted
from crm_plus.workflows import deal_progress, pipelines, stage_retirement
from crm_plus.workflows.plain_values import PlainValues
from crm_plus.workflows.positions import put_last

LONGEST_NAME = 60


class PipelineStage(PlainValues, Document):
	"""One step of a pipeline: what it needs, what it is worth, and what moves a deal into it."""

	def autoname(self) -> None:
		"""Name the record after pipeline and stage; a number follows where a renamed stage still has that name."""
		self.check_name()
		self.name = append_number_if_name_exists("Pipeline Stage", f"{self.pipeline}-{self.stage_name}")

	def validate(self) -> None:
		"""Keep the stage consistent with its pipeline; raises frappe.ValidationError with one sentence."""
		self.check_name()
		self.check_unique()
		put_last(self, pipeline=self.pipeline)
		self.check_numbers()
		self.check_fields()
		self.check_outcome()
		self.check_successor()

	def check_name(self) -> None:
		"""Refuse an empty or a long name; both parts of the record's name must fit."""
		self.stage_name = (self.stage_name or "").strip()
		if not 0 < len(self.stage_name) <= LONGEST_NAME:
			frappe.throw(_("The name of a stage has 1 to {0} characters.").format(LONGEST_NAME))

	def check_unique(self) -> None:
		"""Refuse a second stage of the same name in the pipeline."""
		twin = {"pipeline": self.pipeline, "stage_name": self.stage_name, "name": ["!=", self.name or ""]}
		if frappe.db.exists("Pipeline Stage", twin):
			frappe.throw(
				_("Pipeline {0} has a stage {1} already; choose another name.").format(
					escape_html(self.pipeline), escape_html(self.stage_name)
				)
			)

	def check_numbers(self) -> None:
		"""Refuse a probability outside of 0 to 100 percent."""
		if not 0 <= flt(self.probability) <= 100:
			frappe.throw(_("The probability must be between 0 and 100 percent."))

	def check_fields(self) -> None:
		"""Refuse to demand a field that deals do not have."""
		meta = frappe.get_meta("Deal")
		for row in self.required_fields:
			if not meta.has_field(row.fieldname):
				frappe.throw(
					_("Row {0}: a deal has no field {1}; choose one of its fields.").format(
						row.idx, quoted(row.fieldname)
					)
				)

	def check_outcome(self) -> None:
		"""Refuse to win, lose or reopen deals by changing the outcome of the stage that they stand in."""
		before = self.get_doc_before_save()
		if before and before.outcome != self.outcome and self.deals():
			frappe.throw(
				_(
					"Deals stand in stage {0}; make a new stage with the outcome {1} and retire this one."
				).format(escape_html(self.stage_name), _(self.outcome))
			)

	def check_successor(self) -> None:
		"""A retired stage names a stage in use, of the same pipeline and outcome, where its deals go."""
		if not self.is_retired:
			self.successor = None
			return
		stages = {stage.name: stage for stage in pipelines.load_stages(self.pipeline)}
		heir = resolve_successor(stages, self.successor or "")
		if not heir or heir.name == self.name or heir.outcome != self.outcome:
			frappe.throw(
				_(
					"Choose as successor of {0} another stage in use of the same pipeline with the outcome {1}."
				).format(escape_html(self.stage_name), _(self.outcome))
			)

	def deals(self) -> str | None:
		"""Return a deal that stands in this stage."""
		return frappe.db.exists("Deal", {"stage": self.name})

	def on_update(self) -> None:
		"""Bring the deals in this stage in step: a new probability at once, retirement in the background."""
		pipelines.forget_stages()
		before = self.get_doc_before_save()
		if before and flt(before.probability) != flt(self.probability):
			pipelines.spread_probability(self)
		if before and (before.position, before.outcome) != (self.position, self.outcome):
			deal_progress.note_reordered(self.pipeline)
		if before and self.is_retired:
			stage_retirement.arrange(self)
			frappe.get_doc("Pipeline", self.pipeline).warn_of_missing_outcomes()

	def on_trash(self) -> None:
		"""Refuse to delete a stage in use."""
		if self.deals():
			frappe.throw(
				_("Deals stand in stage {0}; retire it and choose a successor instead.").format(
					escape_html(self.stage_name)
				)
			)

	def after_delete(self) -> None:
		"""Read the stages anew from here on: deals that were in this one came less far."""
		pipelines.forget_stages()
		deal_progress.note_reordered(self.pipeline)
