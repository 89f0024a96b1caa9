"""What a report is asked for: its filters, checked, and the conditions that they make. Days are the site's.

Every condition holds the rows that the report's readers may read, inside the query: what is added up is what they could list.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate
from pypika import Case
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, EmptyCriterion

from crm_plus.access.report_readers import fields_for_readers, rows_for_readers
from crm_plus.reports.board_conditions import team_members
from crm_plus.reports.report_money import company_currencies, rates_into, reporting_currency
from crm_plus.rules import periods
from crm_plus.rules.plain_values import as_day
from crm_plus.rules.quoted_text import quoted

DOCTYPES = {
	"company": "Company",
	"pipeline": "Pipeline",
	"source": "Customer Source",
	"owner": "User",
	"currency": "Currency",
	"fiscal_year": "Fiscal Year",
}


@dataclass(frozen=True)
class Scope:
	"""What the reader narrowed a report to; an empty text or None means no restriction.

	`owners` are the chosen owner and the members of the chosen team.
	"""

	first: date
	last: date
	today: date
	currency: str
	company: str = ""
	pipeline: str = ""
	source: str = ""
	owner: str = ""
	team: str = ""
	owners: tuple[str, ...] | None = None
	# The currency of each company's books.
	_books: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
	# Asked for once a report.
	_rates: dict[tuple[str, str, date], dict[str, float]] = field(
		default_factory=dict, compare=False, repr=False
	)
	# What the readers may read, asked for once a report.
	_readable: dict[str, Criterion] = field(default_factory=dict, compare=False, repr=False)

	@property
	def rates(self) -> dict[str, float]:
		"""What turns each company's books into `currency`, at the period's end; asked for where money is added up alone.

		Raises frappe.ValidationError where deals need a rate that the site does not have.
		"""
		asked = (self.currency, self.company, min(self.last, self.today))
		if asked not in self._rates:
			self._rates[asked] = rates_into(*asked, self._books)
		return self._rates[asked]

	def readable_deals(self) -> Criterion:
		"""The condition that holds for the deals which all readers may read, empty where that is all there are.

		Raises frappe.PermissionError where a reader may read none, or may not read what deals amount to.
		"""
		if "Deal" not in self._readable:
			refuse_hidden_amounts()
			self._readable["Deal"] = rows_for_readers("Deal")
		return self._readable["Deal"]


def read_scope(filters: dict[str, Any] | None, *, months: int = 0) -> Scope:
	"""Return the filters, checked; without a period the fiscal year of today, or `months` months from this one on.

	Raises frappe.ValidationError, in one sentence, for what cannot be meant.
	"""
	values = {key: str(value).strip() for key, value in (filters or {}).items() if value not in (None, "")}
	books = company_currencies()
	for key, doctype in DOCTYPES.items():
		if key != "company" or values.get(key) not in books:
			_refuse_what_is_gone(doctype, values.get(key, ""))
	first, last = _period(values, months)
	company, today = values.get("company", ""), getdate()
	currency = values.get("currency", "") or books.get(company) or reporting_currency(company, "")
	return Scope(
		first=first,
		last=last,
		today=today,
		currency=currency,
		_books=books,
		owners=_owners(values.get("owner", ""), values.get("team", "")),
		**{key: values.get(key, "") for key in ("company", "pipeline", "source", "owner", "team")},
	)


def _refuse_what_is_gone(doctype: str, name: str) -> None:
	if name and not frappe.db.exists(doctype, name):
		frappe.throw(_("There is no {0} {1}: choose another one.").format(_(doctype), quoted(name)))


def _owners(owner: str, team: str) -> tuple[str, ...] | None:
	members = team_members(team) if team else None
	if not owner:
		return members
	return (owner,) if members is None or owner in members else ()


def _period(values: dict[str, str], months: int) -> tuple[date, date]:
	if values.get("fiscal_year"):
		return frappe.get_cached_value(
			"Fiscal Year", values["fiscal_year"], ["year_start_date", "year_end_date"]
		)
	first, last = asked_day(values.get("from_date")), asked_day(values.get("to_date"))
	if not first or not last:
		usual = _usual_period(months, values.get("company", ""))
		first, last = first or min(usual[0], last or usual[0]), last or max(usual[1], first or usual[1])
	wrong = periods.problem(first, last)
	if wrong == "backwards":
		frappe.throw(_("The period ends before it begins: choose a later end."))
	if wrong:
		frappe.throw(
			_("A report spans at most {0} years: choose a shorter period.").format(periods.LONGEST_YEARS)
		)
	return first, last


def asked_day(value: object) -> date | None:
	"""Return the day that a filter says, None where it says nothing.

	Raises frappe.ValidationError for what is no day, or too far away for a report.
	"""
	day = as_day(value)
	if value and not day:
		frappe.throw(_("The period needs dates such as 2026-12-31."))
	if day and not periods.EARLIEST <= day <= periods.LATEST:
		frappe.throw(
			_("A report lies between the years {0} and {1}: choose another day.").format(
				periods.EARLIEST.year, periods.LATEST.year
			)
		)
	return day


def _usual_period(months: int, company: str) -> tuple[date, date]:
	today = getdate()
	if months:
		return today.replace(day=1), periods.next_month(today, months) - timedelta(days=1)
	return _fiscal_year(today, company) or (date(today.year, 1, 1), date(today.year, 12, 31))


def _fiscal_year(day: date, company: str) -> tuple[date, date] | None:
	"""Return the fiscal year of a day: a chosen company's, else that of the reader's own, else one of all companies."""
	own = company or frappe.defaults.get_user_default("Company") or ""
	year, only = frappe.qb.DocType("Fiscal Year"), frappe.qb.DocType("Fiscal Year Company")
	found = (
		frappe.qb.from_(year)
		.left_join(only)
		.on(only.parent == year.name)
		.select(year.year_start_date, year.year_end_date)
		.where((year.disabled == 0) & (year.year_start_date <= day) & (year.year_end_date >= day))
		.orderby(Case().when(only.company == own, 0).when(only.company.isnull(), 1).else_(2))
		.orderby(year.year_start_date)
		.limit(1)
		.run()
	)
	return found[0] if found else None


def default_pipeline(scope: Scope) -> str:
	"""Return the chosen pipeline, else the site's default one. Raises frappe.ValidationError where there is none."""
	if scope.pipeline:
		return scope.pipeline
	found = frappe.get_all(
		"Pipeline",
		filters={"disabled": 0},
		pluck="name",
		order_by="is_default desc, pipeline_name asc",
		limit=1,
	)
	if not found:
		frappe.throw(_("There is no pipeline yet: create one, with its stages, first."))
	return found[0]


def deal_rows(scope: Scope, deal: Any) -> Criterion:
	"""The deals of the filters (all but the period) that the readers may read; the table must not be aliased."""
	parts = [scope.readable_deals(), narrowed(scope, deal)]
	return Criterion.all(part for part in parts if not isinstance(part, EmptyCriterion))


def narrowed(scope: Scope, table: Any) -> Criterion:
	"""The condition of the filters alone (all but the period), for deals and for their snapshots."""
	parts = [
		table[fieldname] == getattr(scope, fieldname)
		for fieldname in ("company", "pipeline", "source")
		if getattr(scope, fieldname)
	]
	if scope.owners is not None:
		parts.append(table.deal_owner.isin(scope.owners or ("",)))
	return Criterion.all(parts)


def refuse_hidden_amounts() -> None:
	"""Raise frappe.PermissionError where a reader may not read what deals amount to."""
	if not {"amount", "base_amount", "probability"} <= fields_for_readers("Deal"):
		frappe.throw(_("You have no permission to read the amounts of deals."), frappe.PermissionError)


def on_days(column: Any, first: date, last: date) -> Criterion:
	"""The condition that a date, or a time in the site's time zone, lies on one of these days."""
	return (column >= first) & (column < last + timedelta(days=1))


def midnight(day: date) -> datetime:
	"""Return when a day begins in the site's time zone."""
	return datetime.combine(day, time.min)


def scope_filters(scope: Scope) -> dict[str, Any]:
	"""Return the filters (all but the period) as a list of deals takes them."""
	filters: dict[str, Any] = {
		key: getattr(scope, key) for key in ("company", "pipeline", "source") if getattr(scope, key)
	}
	if scope.owners is not None:
		filters["deal_owner"] = ["in", list(scope.owners) or [""]]
	return filters


def between(first: date, last: date) -> list[Any]:
	"""Return a list's filter for days."""
	return ["between", [str(first), str(last)]]


def before_day(day: date) -> list[Any]:
	"""Return a list's filter for all days before one; Frappe's "<" would take the empty ones along."""
	return between(date(1900, 1, 1), day - timedelta(days=1))


def narrowed_by(query: QueryBuilder, table: Any, filters: dict[str, Any]) -> QueryBuilder:
	"""Return a query of the rows that a list's filters show: values, or one of several."""
	for fieldname, value in filters.items():
		query = query.where(table[fieldname].isin(value[1] if isinstance(value, list) else [value]))
	return query
