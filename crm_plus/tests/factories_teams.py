"""A tree of teams, and records that people in it own."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.model.document import Document

from crm_plus.access.teams import forget_sights
from crm_plus.tests.factories import make, unique
from crm_plus.tests.factories_customers import use_settings

EVERYTHING = ("deal", "profile", "interaction", "follow_up")


def make_team(
	members: Iterable[str] = (), leaders: Iterable[str] = (), parent: str | None = None, **values: Any
) -> str:
	"""Insert a Revenue Team with these people; returns its name."""
	rows = [{"user": user, "is_leader": 0} for user in members]
	rows += [{"user": user, "is_leader": 1} for user in leaders]
	team = {"team_name": unique("Team"), "is_group": 1, "parent_revenue_team": parent, "members": rows}
	return make("Revenue Team", **{**team, **values}).name


def no_teams() -> None:
	"""Take every team away for the rest of the transaction."""
	frappe.db.delete("Revenue Team")
	frappe.db.delete("Revenue Team Member")
	forget_sights()


def show(choice: str) -> None:
	"""Let everything be Private, Team or Everyone for the rest of the transaction."""
	use_settings(**{f"{each}_visibility": choice for each in EVERYTHING})


def show_everything() -> None:
	"""Let the site show everything again to the tests that follow one which commits."""
	frappe.set_user("Administrator")
	show("Everyone")
	frappe.db.commit()  # what the test before committed stays otherwise


def bare(doctype: str, **values: Any) -> Document:
	"""Store a record without any of its rules: who may see it does not depend on them."""
	doc = frappe.get_doc({"doctype": doctype, "name": unique(doctype), **values})
	doc.db_insert()
	return doc


def assign(doctype: str, name: str, user: str, status: str = "Open") -> None:
	"""Assign a record, as the ToDo behind an assignment says it."""
	bare("ToDo", allocated_to=user, reference_type=doctype, reference_name=name, status=status)


def share(doctype: str, name: str, user: str, **rights: int) -> None:
	"""Share a record with a user, to read unless more is said."""
	bare("DocShare", share_doctype=doctype, share_name=name, user=user, **{"read": 1, **rights})
