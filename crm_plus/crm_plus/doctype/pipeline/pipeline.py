import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from crm_plus.rules.deal_stages import missing_outcomes
from crm_plus.workflows import pipelines
from crm_plus.workflows.plain_values import PlainValues

# A stage's name begins with its pipeline's and both fit into 140 characters; a deal's column has 64 for it.
LONGEST_NAME = 60


class Pipeline(PlainValues, Document):
	"""A named sales process; its ordered steps are Pipeline Stages."""

	def before_insert(self) -> None:
		"""Make the first pipeline the default."""
		if not self.other_default():
			self.is_default = 1

	def validate(self) -> None:
		"""Keep exactly one default pipeline, which is in use; raises frappe.ValidationError with one sentence."""
		check_length(self.pipeline_name or "")
		if self.is_default and self.disabled:
			frappe.throw(_("The default pipeline cannot be disabled; make another one the default first."))
		if not self.is_default and not self.other_default():
			frappe.throw(_("One pipeline must be the default; mark another one as default instead."))

	def other_default(self) -> str | None:
		"""Return the pipeline besides this one that is the default."""
		return frappe.db.get_value("Pipeline", {"is_default": 1, "name": ["!=", self.name or ""]})

	def on_update(self) -> None:
		"""Take the default from the pipeline that had it, and say what this one lacks."""
		if self.is_default:
			others = {"is_default": 1, "name": ["!=", self.name]}
			frappe.db.set_value("Pipeline", others, "is_default", 0)
		self.warn_of_missing_outcomes()

	def warn_of_missing_outcomes(self) -> None:
		"""Warn, without refusing, where deals could be neither won nor lost."""
		stages = pipelines.load_stages(self.name)
		missing = missing_outcomes(stages) if stages else ()
		if missing:
			outcomes = ", ".join(_(outcome) for outcome in missing)
			frappe.msgprint(
				_("Pipeline {0} has no stage with the outcome {1}; add one.").format(
					escape_html(self.name), outcomes
				),
				indicator="orange",
				alert=True,
			)

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		"""Refuse a name that is too long; raises frappe.ValidationError."""
		check_length(new)

	def after_rename(self, *args: object) -> None:
		"""Read the stages anew: they stand under another name."""
		pipelines.forget_stages()

	def on_trash(self) -> None:
		"""Refuse to delete a pipeline with deals; else its stages go with it. Its past moves stay in the history."""
		if frappe.db.exists("Deal", {"pipeline": self.name}):
			frappe.throw(_("Pipeline {0} has deals; disable it instead.").format(escape_html(self.name)))
		if self.is_default:
			frappe.throw(_("The default pipeline cannot be deleted; make another one the default first."))
		for name in frappe.get_all("Pipeline Stage", {"pipeline": self.name}, pluck="name"):
			# safe: who may delete the pipeline may delete its parts; forced, for stages name each other as successors
			frappe.delete_doc("Pipeline Stage", name, ignore_permissions=True, force=True)


def check_length(name: str) -> None:
	"""Raise frappe.ValidationError where a pipeline's name is too long."""
	if len(name) > LONGEST_NAME:
		frappe.throw(_("The name of a pipeline has at most {0} characters; shorten it.").format(LONGEST_NAME))
