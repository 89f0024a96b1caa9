"""By what a report over deals groups its figures: the column, the words for each group, and the list filter behind it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import frappe
from frappe import _
from pypika import Case
from pypika.functions import NullIf
from pypika.terms import Criterion, Term

from crm_plus.reports.own_fields import group_title, is_check, own_fields, own_labels
from crm_plus.reports.report_functions import along, month_number, month_text
from crm_plus.reports.report_parts import full_names
from crm_plus.reports.report_scope import Scope, between, scope_filters
from crm_plus.rules.periods import month_of
from crm_plus.rules.quoted_text import quoted

FIELDS = {
	"Stage": "stage",
	"Owner": "deal_owner",
	"Source": "source",
	"Campaign": "campaign",
	"Pipeline": "pipeline",
	"Company": "company",
	"Lost Reason": "lost_reason",
	"Competitor": "competitor",
	"Customer": "customer_profile",
	"Deal": "name",
	"Size": "",
	"Month": "",
}
# Lower bounds of the sizes, in company currency.
SIZES = (0, 1_000, 5_000, 20_000, 100_000, 500_000)
NOBODY = "-"


def chosen_group(filters: dict[str, Any] | None, offered: tuple[str, ...]) -> str:
	"""Return what to group by, the first one offered unless said. Raises frappe.ValidationError for another."""
	wanted = str((filters or {}).get("group_by") or offered[0])
	if wanted not in offered:
		frappe.throw(
			_("The report cannot be grouped by {0}: choose one of {1}.").format(
				quoted(wanted), ", ".join(group_title(each) for each in offered)
			)
		)
	return wanted


def with_own(offered: tuple[str, ...]) -> tuple[str, ...]:
	"""Return the groups of a report over deals, and after them the administrator's own fields of deals."""
	return (*offered, *own_fields())


def field_of(group: str) -> str:
	"""Return the field of deals that a group is of, "" for one that is reckoned; an own field is a group by its name."""
	return FIELDS.get(group, group)


def group_term(group: str, deal: Any) -> Term:
	"""The expression of a group; a size is the index of its lower bound, a month the one of closing as a number."""
	if group == "Month":
		return month_number(deal.closed_on)
	if group != "Size":
		# An empty text and nothing are one group; and MariaDB reads the table rather than each row by an index in its order.
		return deal[group] if _is_ticked(group) else NullIf(deal[field_of(group)], "")
	case = Case()
	for index in range(len(SIZES) - 1, 0, -1):
		case = case.when(deal.base_amount >= SIZES[index], index)
	return case.else_(0)


def known_words(group: str) -> list[str]:
	"""Return all that deals say of a group, where an index tells so without a look at every deal; none for other groups."""
	if group != "Owner":
		return []
	deal = frappe.qb.DocType("Deal")
	query = along(frappe.qb.from_(deal), "Deal", "owner_status_close").select(deal.deal_owner).distinct()
	return [owner for (owner,) in query.run() if owner]


def group_filter(group: str, value: Any) -> dict[str, Any]:
	"""Return what a list of deals is filtered by to show a group; a month's days are the caller's to add."""
	if group == "Month":
		return {}
	if _is_ticked(group):
		# As a condition: the Desk takes a bare 0 for none.
		return {group: ["=", int(value or 0)]}
	if group != "Size":
		return {field_of(group): value if value not in (None, "") else ["is", "not set"]}
	index = int(value)
	if index == 0:
		return {"base_amount": ["<", SIZES[1]]}
	if index == len(SIZES) - 1:
		return {"base_amount": [">=", SIZES[index]]}
	# Two conditions on one field: the Desk takes a list of texts.
	return {"base_amount": [f'[">=", {SIZES[index]}]', f'["<", {SIZES[index + 1]}]']}


def _is_ticked(group: str) -> bool:
	"""Tell whether a group is a field that is ticked or not; for each row of a group that is not an own field nothing is asked."""
	return group not in FIELDS and is_check(group)


def group_labels(group: str, values: Iterable[Any]) -> dict[Any, str]:
	"""Return the words for each group, in one query at most."""
	values = list(values)
	names = _names(group, values)
	return {
		value: names.get(value) or (str(value) if value not in (None, "") else _("None")) for value in values
	}


def _names(group: str, values: list[Any]) -> dict[Any, str]:
	if group == "Size":
		return {value: size_label(int(value)) for value in values}
	if group == "Month":
		return {value: month_text(value) for value in values}
	if group == "Owner":
		return full_names(values)
	titled = {"Stage": ("Pipeline Stage", "stage_name"), "Customer": ("Customer Profile", "full_name")}
	if group not in FIELDS:
		return own_labels(group, values)
	if group == "Deal":
		return dict(zip(values, values, strict=True))
	if group in titled:
		doctype, fieldname = titled[group]
		rows = frappe.get_all(
			doctype,
			filters={"name": ["in", [value for value in values if value] or [""]]},
			fields=["name", fieldname],
		)
		return {row.name: row[fieldname] if group == "Customer" else _(row[fieldname]) for row in rows}
	return {value: _(value) for value in values if value}


def size_label(index: int) -> str:
	"""Return the words for a size."""
	low = f"{SIZES[index]:,}"
	if index == 0:
		return _("Below {0}").format(f"{SIZES[1]:,}")
	if index == len(SIZES) - 1:
		return _("{0} and more").format(low)
	return _("{0} to {1}").format(low, f"{SIZES[index + 1]:,}")


def closed_filters(scope: Scope, group: str, value: Any) -> dict[str, Any]:
	"""Return the list filters of a group's deals that closed in the period."""
	first, last = scope.first, scope.last
	if group == "Month":
		month = month_of(date(value // 100, value % 100, 1))
		first, last = max(first, month.first), min(last, month.last)
	return {**scope_filters(scope), **group_filter(group, value), "closed_on": between(first, last)}


def in_order(group: str, rows: list[dict[str, Any]], largest: str) -> list[dict[str, Any]]:
	"""Return sizes and months upwards, any other group by a figure, the largest first."""
	if group in ("Size", "Month"):
		return sorted(rows, key=lambda row: row["value"] or 0)
	return sorted(rows, key=lambda row: (-(row[largest] or 0), str(row["value"])))


def whole_question(scope: Scope) -> dict[str, Any]:
	"""Return all shared filters as another report takes them; what is not chosen is empty, lest its own defaults narrow it."""
	chosen = {
		key: getattr(scope, key) for key in ("company", "currency", "pipeline", "source", "owner", "team")
	}
	return {**chosen, "from_date": str(scope.first), "to_date": str(scope.last), "fiscal_year": ""}


def behind_filters(scope: Scope, members: str, group: str, value: Any) -> dict[str, Any]:
	"""Return the filters by which a report lists the members of one of its groups: deals by "Deal", and so on."""
	kept = {
		key: getattr(scope, key) for key in ("company", "currency", "pipeline", "source", "owner", "team")
	}
	period = {"from_date": str(scope.first), "to_date": str(scope.last)}
	behind = {"behind": behind_text(group, value)} if group else {}
	return {**{key: name for key, name in kept.items() if name}, **period, "group_by": members, **behind}


def behind_text(group: str, value: Any) -> str:
	"""Return how a report is told which of its groups to look behind; `one_group` reads it."""
	return f"{group}={NOBODY if value in (None, '') else value}"


def one_group(behind: str, terms: dict[str, Term]) -> Criterion | None:
	"""The condition of the one group that is looked behind ("Source=Website"), None where none is; `terms` by group.

	Raises frappe.ValidationError where the report has no such group.
	"""
	if not behind:
		return None
	group, _equals, value = behind.partition("=")
	if group not in terms or not value:
		frappe.throw(_("The report has no group {0}: choose another one.").format(quoted(behind)))
	return terms[group].isnull() if value == NOBODY else terms[group] == value
