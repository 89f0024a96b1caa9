"""Revenue Team: a tree of teams; Frappe's nested set keeps it, and refuses a team below itself."""

from collections import Counter

import frappe
from frappe import _
from frappe.utils.nestedset import NestedSet

from crm_plus.access import team_changes
from crm_plus.access.teams import forget_sights
from crm_plus.rules.quoted_text import quoted
from crm_plus.workflows import followers
from crm_plus.workflows.plain_values import PlainValues


class RevenueTeam(PlainValues, NestedSet):
	"""Who works for whom, and hence who sees what."""

	nsm_parent_field = "parent_revenue_team"

	def validate(self) -> None:
		team_changes.check(self)
		self._check_parent()
		self._check_members()

	def on_update(self) -> None:
		super().on_update()
		self._mark_parent()
		forget_sights()
		followers.note_change()

	def on_trash(self, allow_root_deletion: bool = False) -> None:
		super().on_trash(allow_root_deletion)
		forget_sights()
		followers.note_change()

	def _check_parent(self) -> None:
		if not self.parent_revenue_team:
			return
		if self.parent_revenue_team == self.name:
			frappe.throw(
				_("Team {0} cannot stand below itself: choose another parent team.").format(
					quoted(self.team_name)
				)
			)
		lft, rgt = frappe.db.get_value("Revenue Team", self.parent_revenue_team, ["lft", "rgt"]) or (0, 0)
		if not self.is_new() and self.lft and self.lft <= lft and rgt <= self.rgt:
			frappe.throw(
				_(
					"Team {0} cannot stand below {1}, which is one of its own teams: choose another parent team."
				).format(quoted(self.team_name), quoted(self.parent_revenue_team))
			)

	def _mark_parent(self) -> None:
		"""A tree unfolds groups alone: without the mark a team below another one would not be seen."""
		if self.parent_revenue_team:
			frappe.db.set_value(
				"Revenue Team", self.parent_revenue_team, "is_group", 1, update_modified=False
			)

	def _check_members(self) -> None:
		for user, rows in Counter(member.user for member in self.members).items():
			if rows > 1:
				frappe.throw(_("{0} is in the team {1} times: keep one row.").format(quoted(user), rows))
