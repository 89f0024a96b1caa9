"""What the database says of a user that the row rule asks: the teams around him, and what was given to him; in one query."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import frappe

Rows = list[Sequence[Any]]
TEAMS, ASSIGNED, SHARED = "teams", "assigned", "shared"
# The teams that he is in and those below the ones that he leads, with their people and the number of all people; his
# open assignments; what is shared with him or with everyone. A part that nobody asks for is asked for an empty name.
# Written out, for every list waits for it: the query builder takes longer than the database.
STANDING = """
	SELECT 'teams', team.name, team.lft, team.rgt, team.disabled, member.user, member.is_leader,
		(SELECT COUNT(*) FROM `tabRevenue Team Member`)
	FROM `tabRevenue Team Member` mine
	JOIN `tabRevenue Team` own ON own.name = mine.parent AND own.disabled = 0
	JOIN `tabRevenue Team` team
		ON team.name = own.name OR (mine.is_leader = 1 AND team.lft >= own.lft AND team.rgt <= own.rgt)
	LEFT JOIN `tabRevenue Team Member` member ON member.parent = team.name AND member.parenttype = 'Revenue Team'
	WHERE mine.user = %(member)s AND mine.parenttype = 'Revenue Team'
	UNION ALL
	SELECT 'assigned', reference_name, NULL, NULL, NULL, NULL, NULL, NULL
	FROM `tabToDo`
	WHERE allocated_to = %(user)s AND reference_type = %(doctype)s AND status = 'Open'
	UNION ALL
	SELECT 'shared', share_name, NULL, NULL, NULL, NULL, NULL, NULL
	FROM `tabDocShare`
	WHERE share_doctype = %(doctype)s AND `read` = 1 AND (user = %(user)s OR (everyone = 1 AND %(user)s != 'Guest'))
"""


def read(user: str, *, teams: bool, doctype: str = "") -> dict[str, Rows]:
	"""Return the rows of the teams around a user, where these are asked for, and of what he was given of a DocType.

	A team is (name, lft, rgt, disabled, member, whether he leads it, number of all people), once for each member; what was
	given begins with its name.
	"""
	found: dict[str, Rows] = defaultdict(list)
	for row in frappe.db.sql(STANDING, {"user": user, "member": user if teams else "", "doctype": doctype}):
		found[row[0]].append(row[1:])
	return found
