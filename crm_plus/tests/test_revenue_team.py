"""A tree of teams: nobody twice in one, no team below itself."""

import frappe
from frappe.desk.treeview import get_children

from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories import make, make_user, unique


def make_team(**values):
	return make("Revenue Team", **{"team_name": unique("Team"), "is_group": 1, **values})


class TestRevenueTeam(CRMPlusTestCase):
	def test_a_tree(self) -> None:
		top = make_team()
		below = make_team(parent_revenue_team=top.name)
		top.reload()
		below.reload()
		self.assertTrue(top.lft < below.lft < below.rgt < top.rgt)

	def test_the_tree_unfolds_whatever_has_teams_below(self) -> None:
		top = make_team(is_group=0)
		self.assertFalse(top.is_group)
		make_team(is_group=0, parent_revenue_team=top.name)
		[shown] = [row for row in get_children("Revenue Team") if row["value"] == top.name]
		self.assertTrue(shown["expandable"])

	def test_no_circle(self) -> None:
		top = make_team()
		middle = make_team(parent_revenue_team=top.name)
		bottom = make_team(parent_revenue_team=middle.name)
		for parent in (top, middle, bottom):
			top.reload()
			top.parent_revenue_team = parent.name
			with self.assertRaisesRegex(frappe.ValidationError, "cannot stand below"):
				top.save()

	def test_nobody_twice(self) -> None:
		user = make_user("Sales User").name
		with self.assertRaisesRegex(frappe.ValidationError, "2 times"):
			make_team(members=[{"user": user}, {"user": user, "is_leader": 1}])
