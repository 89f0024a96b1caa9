"""Who goes on with the series of somebody who has left; where there is nobody, the managers hear of it."""

from typing import Any

import frappe
from frappe import _

from crm_plus.access.teams import all_teams
from crm_plus.rules import team_leaders
from crm_plus.rules.quoted_text import quoted
from crm_plus.workflows import notices, owners

# Who is asked first hears of it alone.
MANAGERS = ("Sales Manager", "System Manager")


def can_work(user: str) -> bool:
	"""Tell whether a user is here and may see follow-ups."""
	return bool(owners.works_here(user) and frappe.has_permission("Follow Up", "read", user=user))


def heir(doc: Any) -> str | None:
	"""Return who gets the next follow-up of a series whose assignee has left, or that had none.

	That is the deal's owner, else the customer's, his organization's, and who leads the leaver's team; None where all of
	them have left.
	"""
	profile = doc.customer_profile and frappe.db.get_value(
		"Customer Profile", doc.customer_profile, ["profile_owner", "organization"], as_dict=True
	)
	organization = profile and profile.organization
	candidates = [
		doc.deal and frappe.db.get_value("Deal", doc.deal, "deal_owner"),
		profile and profile.profile_owner,
		organization and frappe.db.get_value("Customer Profile", organization, "profile_owner"),
		*(team_leaders.leaders_of(doc.assigned_to, all_teams()) if doc.assigned_to else ()),
	]
	return next((user for user in candidates if user and can_work(user)), None)


def tell_of_unowned(doc: Any) -> None:
	"""Tell those who can give it to somebody that a follow-up of a series has nobody."""
	words = _("{0} goes on, and nobody is there to do it: give it to somebody.").format(
		frappe.bold(quoted(doc.subject))
	)
	notices.tell("follow_up_unowned", _managers(doc), "Follow Up", doc.name, words, by="")


def _managers(doc: Any) -> list[str]:
	for role in MANAGERS:
		users = frappe.get_all("Has Role", {"role": role, "parenttype": "User"}, pluck="parent")
		found = [user for user in users if owners.works_here(user) and _may_read(doc, user)]
		if found:
			return found
	return []


def _may_read(doc: Any, user: str) -> bool:
	return bool(frappe.has_permission("Follow Up", "read", doc=doc, user=user))
