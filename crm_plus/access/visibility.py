"""The one row rule: which deals, profiles, interactions and follow-ups a user sees.

He sees his own, those of the people he leads, what is assigned to him or shared with him, and what CRM Plus Settings
call common, which always includes what belongs to nobody; and the customers of deals that are his or theirs, whoever
looks after the customer. Interactions and follow-ups are common only to those who may
see their deal, or their profile where they name no deal. User Permissions hold on top, also those that hide a deal
because they hide its profile; a share outweighs them, as everywhere in Frappe.

Every list, search, report, card and API call takes the rule as SQL; one document is asked for by the same SQL.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import frappe
from frappe.model.db_query import DatabaseQuery
from pypika.terms import EmptyCriterion

from crm_plus.access.belongings import as_sql, belongs_to_readable
from crm_plus.access.conditions import NOTHING, all_of, any_of, one_of
from crm_plus.access.given import Given, given_to
from crm_plus.access.hiding import hides_nothing
from crm_plus.access.rows import holds_for
from crm_plus.access.teams import is_known, share_of_people, sight_of
from crm_plus.rules.visibility import EVERYONE, PRIVATE
from crm_plus.setup.compatibility import is_asked_for_a_joined_table, no_objection

DEAL, PROFILE = "Deal", "Customer Profile"
# Up to this part of all people is few: with 100,000 rows, both ways to find the first 20 then look at about as many.
FEW = 1 / 70


@dataclass(frozen=True)
class Kind:
	"""Where a DocType keeps what the rule asks for; `links` are the fields it follows, the one that counts first."""

	setting: str
	owner: str
	links: tuple[tuple[str, str], ...] = ()
	follows: bool = False


FOLLOWED = (("deal", DEAL), ("customer_profile", PROFILE))
KINDS = {
	DEAL: Kind("deal_visibility", "deal_owner", (("customer_profile", PROFILE),)),
	PROFILE: Kind("profile_visibility", "profile_owner"),
	"Interaction": Kind("interaction_visibility", "interaction_owner", FOLLOWED, follows=True),
	"Follow Up": Kind("follow_up_visibility", "assigned_to", FOLLOWED, follows=True),
}


def condition(user: str | None = None, doctype: str = DEAL) -> str:
	"""Return the condition that a user's lists of a DocType take, "" where he sees all rows.

	The right to `select` links a record and lists none.
	"""
	user = user or frappe.session.user
	if user == "Administrator" or is_asked_for_a_joined_table():
		return ""
	given = cache(lambda: given_to(doctype, user))
	if not _may_read(doctype, user):
		return any_of([_named(doctype, given().shared)])
	limited = _limited(doctype, user, given)
	return any_of([limited, _named(doctype, given().shared)]) if limited else ""


def may_see(doc: Any, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Tell whether the row rule lets a user have one document, as it is stored: what a caller changed in it says nothing.

	Shares are left to Frappe, which knows the right that each gives. None has no objection, where Frappe asks so.
	"""
	return no_objection() if _is_seen(doc, ptype, user) else False


def _is_seen(doc: Any, ptype: str | None, user: str | None) -> bool:
	user = user or frappe.session.user
	if user == "Administrator" or ptype == "create" or not doc.name or not _may_read(doc.doctype, user):
		return True
	limited = _limited(doc.doctype, user, cache(lambda: given_to(doc.doctype, user)))
	# Frappe asks its User Permissions, and whose a document is, of what the caller sent: here of what is stored.
	stored = all_of([limited, _user_permissions(doc.doctype, user), *_ownership(doc, user)])
	return not stored or holds_for(doc, stored)


def _ownership(doc: Any, user: str) -> list[str]:
	"""Return the condition that a document is whose it says that it is, where a role's rights hold for its owner alone."""
	rights = frappe.permissions.get_role_permissions(frappe.get_meta(doc.doctype), user=user)
	is_own = rights.get("has_if_owner_enabled") and str(doc.owner or "").lower() == user.lower()
	return [one_of(_column(doc.doctype, "owner"), [user])] if is_own else []


def choice_of(doctype: str) -> str:
	"""Return what the settings say about a DocType: Private, Team or Everyone."""
	return frappe.get_cached_doc("CRM Plus Settings").get(KINDS[doctype].setting) or EVERYONE


def _may_read(doctype: str, user: str) -> bool:
	return bool(frappe.permissions.get_role_permissions(frappe.get_meta(doctype), user=user).get("read"))


def _limited(doctype: str, user: str, given: Callable[[], Given]) -> str:
	"""Return the condition without shares, "" where there is no limit; what was given to the user is asked for where it counts."""
	return all_of([_seen(doctype, user, given), *_permitted(doctype, user)])


def _seen(doctype: str, user: str, given: Callable[[], Given]) -> str:
	kind = KINDS[doctype]
	if choice_of(doctype) == EVERYONE and not kind.follows:
		return ""
	if not is_known(user):
		given()  # reads his teams along
	if sight_of(user).all:
		return ""
	common = all_of([_common(doctype, user), _followed(doctype, user) if kind.follows else ""])
	if not common:
		return ""
	own = _people(doctype, sight_of(user).owners(user, PRIVATE) or ()) if kind.follows else NOTHING
	bought = _of_own_deals(user) if doctype == PROFILE else NOTHING
	return any_of([common, own, bought, _named(doctype, given().assigned)])


def _of_own_deals(user: str) -> str:
	"""Return the condition that a profile has a deal of the user's, or of somebody's whom he leads: he must reach whom he sells to."""
	owners = one_of(_column(DEAL, "deal_owner"), sight_of(user).owners(user, PRIVATE) or ())
	deals = f"select {_column(DEAL, 'customer_profile')} from `tab{DEAL}` where {owners}"
	return f"{_column(PROFILE, 'name')} in ({deals})"


def _common(doctype: str, user: str) -> str:
	"""Return the condition for what the settings call common, were its deal and profile not asked."""
	owners = sight_of(user).owners(user, choice_of(doctype))
	if owners is None:
		return ""
	return _people(doctype, {*owners, ""})


def _followed(doctype: str, user: str) -> str:
	"""Return the condition that the first record which a row names is one that the user may read, "" where he may all."""
	parts, before = [], []
	for field, linked in KINDS[doctype].links:
		readable = belongs_to_readable(frappe.qb.DocType(doctype)[field], linked, user)
		if not isinstance(readable, EmptyCriterion):
			allowed = NOTHING if readable is None else as_sql(readable)
			parts.append(any_of([*before, _empty(doctype, field), allowed]))
		before.append(f"not {_empty(doctype, field)}")
	return all_of(parts)


def _permitted(doctype: str, user: str) -> list[str]:
	"""Return what User Permissions ask of the deal and the profile that a row names."""
	conditions = []
	for field, linked in KINDS[doctype].links:
		inner = all_of([_user_permissions(linked, user), *_permitted(linked, user)])
		if not hides_nothing(linked, inner):
			column = _column(doctype, field)
			rows = f"select {_column(linked, 'name')} from `tab{linked}` where {inner}"
			conditions.append(any_of([_empty(doctype, field), f"{column} in ({rows})"]))
	return conditions


def _user_permissions(doctype: str, user: str) -> str:
	"""Return what User Permissions ask of the rows of a DocType, as Frappe builds it for their own list."""
	restrictions = frappe.permissions.get_user_permissions(user)
	if not restrictions:
		return ""
	query = DatabaseQuery(doctype, user=user)
	query.match_conditions, query.match_filters = [], []
	query.add_user_permissions(restrictions)
	return all_of(query.match_conditions)


def _people(doctype: str, users: Iterable[str]) -> str:
	"""Return the condition that a row is one of these people's, or nobody's where "" is among them.

	Of many people's rows the first ones are found soonest along the list's own order, of a few people's by the owner's
	index; MariaDB would take that one always, so it is kept from it.
	"""
	column = _column(doctype, KINDS[doctype].owner)
	owners = set(users)
	if share_of_people(len(owners)) > FEW:
		return one_of(f"ifnull({column}, '')", owners)
	return any_of([one_of(column, owners), *([f"{column} is null"] if "" in owners else [])])


def _named(doctype: str, names: Iterable[str]) -> str:
	return one_of(_column(doctype, "name"), names)


def _column(doctype: str, field: str) -> str:
	return f"`tab{doctype}`.`{field}`"


def _empty(doctype: str, field: str) -> str:
	return f"ifnull({_column(doctype, field)}, '') = ''"
