"""Quotas as far as the reader may know them, by month, and what was attained of them. Amounts in the report's currency."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt
from pypika.functions import Sum
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, EmptyCriterion, Term, ValueWrapper

from crm_plus.access.quotas import known_people
from crm_plus.access.remembered import remembered
from crm_plus.access.report_readers import readers, rows_for_readers
from crm_plus.reports.report_functions import along, month_number, month_text, summed_by
from crm_plus.reports.report_money import books_money, money, reads_ledger
from crm_plus.reports.report_scope import Scope, deal_rows, on_days
from crm_plus.rules import quotas as rules
from crm_plus.rules.deal_stages import WON
from crm_plus.rules.periods import Period
from crm_plus.rules.quotas import PERSON, TEAM, Quota, Team

QUOTA = "Sales Quota"


@dataclass(frozen=True)
class Measure:
	"""The quota of each month, and the scope of those who are measured by it."""

	quotas: dict[str, float]
	scope: Scope


def measure(scope: Scope, periods: list[Period]) -> Measure:
	"""Return the quota of each month for the chosen owner, else the chosen team, else everybody; two queries.

	Who may know only some people's quotas measures these people, and not everybody's sales by his own quota.
	"""
	teams, amounts = load_teams(), amounts_by_month(scope, periods)
	quotas = {key: sum(month[one] for one in counted(scope, teams, month)) for key, month in amounts.items()}
	return Measure(quotas, of_measured(scope))


def of_measured(scope: Scope) -> Scope:
	"""Return the scope of those whose quotas all readers may know; as it is where they know everybody's."""
	known = [people for people in map(known_people, readers()) if people is not None]
	if not known:
		return scope
	people = set.intersection(*known, *([] if scope.owners is None else [set(scope.owners)]))
	return replace(scope, owners=tuple(sorted(people)))


def amounts_by_month(scope: Scope, periods: list[Period]) -> dict[str, dict[tuple[str, str], float]]:
	"""Return what each person or team is to sell in each month, as far as the readers know."""
	shares = rules.months_wanted(read_quotas(scope), periods)
	return {key: month_amounts(scope, of_month) for key, of_month in shares.items()}


def month_amounts(scope: Scope, shares: list[tuple[Quota, float]]) -> dict[tuple[str, str], float]:
	"""Return what each person or team is to sell in a month, over all companies, in the report's currency."""
	amounts: dict[tuple[str, str], float] = defaultdict(float)
	for quota, share in shares:
		amounts[quota.kind, quota.who] += share * scope.rates.get(quota.company, 1)
	return dict(amounts)


def counted(scope: Scope, teams: dict[str, Team], own: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
	"""Return whose quotas the report's scope is measured by."""
	known = set(own)
	if scope.owner:
		return {(PERSON, owner) for owner in scope.owners or ()} & known
	if scope.team:
		return rules.counted_for(scope.team, teams, known)
	return rules.counted_for_all(teams, known)


def read_quotas(scope: Scope) -> list[Quota]:
	"""Return the quotas that meet the period and that the readers may know: those they may read, else their own."""
	quota = frappe.qb.DocType(QUOTA)
	parts = [readable_quotas(quota), quota.starts_on <= scope.last, quota.ends_on >= scope.first]
	if scope.company:
		parts.append(quota.company == scope.company)
	rows = (
		frappe.qb.from_(quota)
		.select(
			*(quota.name, quota.quota_for, quota.user, quota.team, quota.company),
			*(quota.starts_on, quota.ends_on, quota.amount),
		)
		.where(Criterion.all(part for part in parts if not isinstance(part, EmptyCriterion)))
		.run(as_dict=True)
	)
	return [
		Quota(
			kind=row["quota_for"],
			who=row["user"] if row["quota_for"] == PERSON else row["team"],
			company=row["company"],
			first=row["starts_on"],
			last=row["ends_on"],
			amount=flt(row["amount"]),
			name=row["name"],
		)
		for row in rows
	]


def readable_quotas(quota: Any) -> Criterion:
	"""The quotas that the readers may read; everybody may know his own."""
	try:
		return rows_for_readers(QUOTA)
	except frappe.PermissionError:
		frappe.clear_last_message()  # nobody asked for the list of quotas
		return (quota.quota_for == PERSON) & quota.user.isin(readers()[-1:])


def load_teams() -> dict[str, Team]:
	"""Return the tree of teams with their members; one query, and one for all figures of a dashboard."""
	return remembered(("teams", "", ""), _read_teams)


def _read_teams() -> dict[str, Team]:
	children, members = defaultdict(list), defaultdict(set)
	team, member = frappe.qb.DocType("Revenue Team"), frappe.qb.DocType("Revenue Team Member")
	query = frappe.qb.from_(team).left_join(member).on(member.parent == team.name)
	rows = query.select(team.name, team.parent_revenue_team, member.user).orderby(team.lft).run()
	above = {name: parent for name, parent, _user in rows}
	for name, _parent, user in rows:
		members[name] |= {user} if user else set()
	for name, parent in above.items():
		children[parent].append(name)
	return {name: Team(name, tuple(children[name]), frozenset(members[name])) for name in above}


def attained(scope: Scope, *, monthly: bool = True) -> dict[tuple[str, str], float]:
	"""Return what was attained by (owner, month), from won deals or from invoices, as the settings say; one query.

	The month is "" where it is not to be told apart.
	"""
	rows = (billed if by_invoices() else won)(scope, monthly)
	found: dict[tuple[str, str], float] = defaultdict(float)
	for owner, month, amount in rows:
		found[owner or "", month_text(month)] += flt(amount)
	return dict(found)


def attained_by_month(scope: Scope) -> dict[str, float]:
	"""Return what was attained in each month by everybody in the report's scope; one query."""
	found: dict[str, float] = defaultdict(float)
	for (_owner, month), amount in attained(scope).items():
		found[month] += amount
	return dict(found)


def by_invoices() -> bool:
	"""Tell whether quotas are attained by invoices rather than by won deals."""
	return frappe.db.get_single_value("CRM Plus Settings", "attainment_from") == "Invoices"


def knows_attained() -> bool:
	"""Tell whether the readers may know what was attained: by invoices, who may read what deals were invoiced."""
	return not by_invoices() or reads_ledger()


def hidden_attainment() -> str:
	"""Return the sentence for whom what was attained is hidden."""
	return str(
		_(
			"What was attained is not shown: quotas are attained by invoices, which you have no permission to read."
		)
	)


def won(scope: Scope, monthly: bool) -> list[tuple[Any, ...]]:
	"""Return (owner, month, amount) of the deals won in the period; no month where none is asked for."""
	deal = frappe.qb.DocType("Deal")
	query = (
		along(frappe.qb.from_(deal), "Deal", "report_ended")
		.where(deal_rows(scope, deal))
		.where((deal.status == WON) & on_days(deal.closed_on, scope.first, scope.last))
	)
	keys = {"owner": deal.deal_owner, **({"month": month_number(deal.closed_on)} if monthly else {})}
	rows = summed_by(query, keys, {"amount": Sum(money(scope, deal))})
	return [(row["owner"], row.get("month"), row["amount"]) for row in rows]


def billed(scope: Scope, monthly: bool) -> list[tuple[Any, ...]]:
	"""Return (owner, month, net amount) of what invoices of the period bill of the readable deals, returns taken off.

	No month where none is asked for.
	"""
	deal, invoice = frappe.qb.DocType("Deal"), frappe.qb.DocType("Sales Invoice")
	query, amount = billed_rows(scope)
	query = query.where(on_days(invoice.posting_date, scope.first, scope.last)).groupby(deal.deal_owner)
	if not monthly:
		return query.select(deal.deal_owner, ValueWrapper(None), amount).run()
	month = month_number(invoice.posting_date)
	return query.select(deal.deal_owner, month, amount).groupby(month).run()


def billed_rows(scope: Scope) -> tuple[QueryBuilder, Term]:
	"""The rows of submitted invoices with the readable deals that they bill, and what those bill together, net."""
	deal, row, invoice = (frappe.qb.DocType(name) for name in ("Deal", "Sales Invoice Item", "Sales Invoice"))
	query = (
		frappe.qb.from_(invoice)
		.join(row)
		.on(row.parent == invoice.name)
		.join(deal)
		.on(deal.name == row.crm_plus_deal)
		.where(deal_rows(scope, deal) & (invoice.docstatus == 1))
	)
	return query, Sum(books_money(scope, invoice, row.base_net_amount))


def attainment_rows(
	scope: Scope, periods: list[Period]
) -> tuple[Scope, list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope of those who are measured, as `measure` has it, a row for each team and, below it, each of its members,
	in the order of the tree, with quota and attainment, and the same of all of them.

	Where an owner or a team is chosen there are its rows alone. Somebody in two teams counts once in the total.
	What the readers may not know counts as nothing: ask `knows_attained`.
	"""
	teams, amounts = load_teams(), amounts_by_month(scope, periods)
	measured = of_measured(scope)
	by_user: dict[str, float] = defaultdict(float)
	for (owner, _month), amount in (attained(measured, monthly=False) if knows_attained() else {}).items():
		by_user[owner] += amount
	rows: list[dict[str, Any]] = []
	for name in [] if scope.owner else [scope.team] if scope.team else rules.topmost(teams):
		_add_team(rows, name, 0, teams, amounts, by_user)
	in_teams = {user for team in teams.values() for user in team.members}
	everybody = {user for user in by_user if user}.union(*(people_in(month) for month in amounts.values()))
	alone = everybody - in_teams if scope.owners is None else {scope.owner} & set(scope.owners)
	_add_people(rows, alone, 0, amounts, by_user)
	quota = sum(month[one] for month in amounts.values() for one in counted(scope, teams, month))
	return measured, rows, {"quota": quota, "attained": sum(by_user.values())}


def people_in(whose: Iterable[tuple[str, str]]) -> set[str]:
	"""Return the people among those who have a quota."""
	return {who for kind, who in whose if kind == PERSON}


def _add_team(
	rows: list[dict[str, Any]],
	name: str,
	indent: int,
	teams: dict[str, Team],
	amounts: dict[str, dict[tuple[str, str], float]],
	by_user: dict[str, float],
) -> None:
	people = people_of(name, teams)
	quota = sum(month[one] for month in amounts.values() for one in rules.counted_for(name, teams, month))
	sold = sum(by_user.get(user, 0) for user in people)
	rows.append({"kind": TEAM, "who": name, "indent": indent, "quota": quota, "attained": sold})
	_add_people(rows, teams[name].members, indent + 1, amounts, by_user)
	for child in teams[name].children:
		_add_team(rows, child, indent + 1, teams, amounts, by_user)


def _add_people(
	rows: list[dict[str, Any]],
	users: Iterable[str],
	indent: int,
	amounts: dict[str, dict[tuple[str, str], float]],
	by_user: dict[str, float],
) -> None:
	for user in sorted(users):
		quota = sum(month.get((PERSON, user), 0) for month in amounts.values())
		if quota or by_user.get(user):
			rows.append(
				{
					**{"kind": PERSON, "who": user, "indent": indent},
					**{"quota": quota, "attained": by_user.get(user, 0)},
				}
			)


def people_of(team: str, teams: dict[str, Team]) -> set[str]:
	"""Return the users in a team and in all teams below it."""
	return set(teams[team].members).union(*(people_of(child, teams) for child in teams[team].children))
