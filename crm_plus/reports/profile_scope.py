"""What reports over customer profiles have in common: the readable rows of the filters, and by what they are grouped."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from pypika.functions import NullIf
from pypika.terms import Criterion, EmptyCriterion, Term

from crm_plus.access.report_readers import rows_for_readers
from crm_plus.reports.report_functions import month_number, month_text
from crm_plus.reports.report_parts import full_names
from crm_plus.reports.report_scope import Scope

PROFILE = "Customer Profile"
FIELDS = {"Source": "source", "Owner": "profile_owner", "Territory": "territory", "Customer": "name"}


def readable_profiles(scope: Scope, profile: Any) -> Criterion:
	"""The profiles of the filters (all but the period) that the readers may read; the table must not be aliased."""
	parts = [rows_for_readers(PROFILE)]
	if scope.source:
		parts.append(profile.source == scope.source)
	if scope.owners is not None:
		parts.append(profile.profile_owner.isin(scope.owners or ("",)))
	return Criterion.all(part for part in parts if not isinstance(part, EmptyCriterion))


def group_term(group: str, profile: Any) -> Term:
	"""The expression of a group; a month is the one in which the profile came, as a number."""
	return month_number(profile.creation) if group == "Month" else NullIf(profile[FIELDS[group]], "")


def group_labels(group: str, values: Iterable[Any]) -> dict[Any, str]:
	"""Return the words for each group, in one query at most."""
	values = list(values)
	names: dict[Any, str] = {value: _(str(value)) for value in values if value}
	if group == "Month":
		names = {value: month_text(value) for value in values}
	elif group == "Owner":
		names = full_names(values)
	elif group == "Customer":
		wanted = {"name": ["in", [value for value in values if value] or [""]]}
		names = dict(frappe.get_all(PROFILE, wanted, ["name", "full_name"], as_list=True))
	return {value: names.get(value) or (str(value) if value else _("None")) for value in values}
