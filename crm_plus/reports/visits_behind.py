"""The visits to stages behind their average days, as the list of Stage Changes takes them."""

from collections.abc import Iterable
from typing import Any

from crm_plus.reports.report_scope import Scope, between, scope_filters
from crm_plus.rules.deal_stages import Stage


def visits_behind(
	scope: Scope, pipeline: str, stages: Iterable[Stage], own: dict[str, Any] | None = None
) -> dict[str, dict[str, Any]]:
	"""Return by stage the list filters for the visits to it that ended in the period; `own` narrows to a group."""
	ended = {
		**scope_filters(scope),
		**{"reference_doctype": "Deal", "pipeline": pipeline, "changed_on": between(scope.first, scope.last)},
		**(own or {}),
	}
	return {stage.name: {**ended, "from_stage": stage.name} for stage in stages}
