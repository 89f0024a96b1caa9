"""Why a stage's rule refuses a deal, in words."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from crm_plus.rules import deal_stages as rules
from crm_plus.rules.deal_stages import Problem, Stage
from crm_plus.workflows.pipelines import load_stage, load_stages


def sentence(deal: Document, before: Document | None, found: tuple[Problem, ...]) -> str:
	"""Say in one sentence why the move is refused and what to do about it."""
	stage = load_stage(deal.stage)
	special = {"other_pipeline": _other_pipeline, "retired": _retired, "role": _role}
	for problem in found:
		if problem.code in special:
			return special[problem.code](deal, before, stage)
	if any(problem.code == "not_approved" for problem in found):
		return _("To move {0} to {1}, have it approved first.").format(_title(deal), _label(stage))
	needs_quotation = any(problem.code == "no_quotation" for problem in found)
	names = [name for problem in found for name in problem.values]
	names += ["lost_reason" for problem in found if problem.code == "no_lost_reason"]
	labels = ", ".join(_(deal.meta.get_label(name)) for name in dict.fromkeys(names))
	if labels and needs_quotation:
		text = _("To move {0} to {1}, fill {2} and submit a quotation for it.")
	elif labels:
		text = _("To move {0} to {1}, fill {2}.")
	else:
		text = _("To move {0} to {1}, submit a quotation for it.")
	return text.format(_title(deal), _label(stage), escape_html(labels))


def _other_pipeline(deal: Document, before: Document | None, stage: Stage) -> str:
	if before and before.pipeline != deal.pipeline:
		return _("Choose the stage that {0} takes in pipeline {1}.").format(
			_title(deal), escape_html(deal.pipeline)
		)
	return _("Stage {0} belongs to pipeline {1}; choose a stage of {2}.").format(
		_label(stage), escape_html(stage.pipeline), escape_html(deal.pipeline)
	)


def _retired(deal: Document, before: Document | None, stage: Stage) -> str:
	heir = rules.resolve_successor({one.name: one for one in load_stages(stage.pipeline)}, stage.name)
	if heir is None:
		return _("Stage {0} is retired; choose another.").format(_label(stage))
	return _("Stage {0} is retired; choose {1} instead.").format(_label(stage), _label(heir))


def _role(deal: Document, before: Document | None, stage: Stage) -> str:
	roles = ", ".join(_(role) for role in sorted(stage.roles))
	return _("Only the role {0} may move a deal to {1}.").format(escape_html(roles), _label(stage))


def _title(deal: Document) -> str:
	"""By its title, as many may be moved at once."""
	return frappe.bold(escape_html(deal.title or _("this deal")))


def _label(stage: Stage) -> str:
	return escape_html(_(stage.stage_name))
