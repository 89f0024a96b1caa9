"""What managers call to give records to somebody else: some from a list, or the whole book of somebody who leaves."""

from collections import Counter
from typing import Any

import frappe
from frappe import _

from crm_plus.access.visibility import KINDS
from crm_plus.api import arguments
from crm_plus.workflows import hand_over

AT_ONCE = 50
AT_MOST = 500
JOB = "crm_plus.jobs.hand_over.run"


@frappe.whitelist(methods=["POST"])
def reassign(doctype: str, names: str | list[Any], successor: str) -> dict[str, Any]:
	"""Give up to 500 deals, profiles, follow-ups or interactions to another user, each with the right to write it.

	Returns {"moved": count, "left": [{doctype, name, message}]}. Raises frappe.ValidationError for what is no such list,
	and for a user who cannot work with them.
	"""
	records = [(doctype, str(name)) for name in dict.fromkeys(map(str, arguments.several(names)))]
	if doctype not in KINDS or not 0 < len(records) <= AT_MOST:
		frappe.throw(_("Choose between 1 and {0} deals, profiles or follow-ups.").format(AT_MOST))
	frappe.has_permission(doctype, "write", throw=True)
	hand_over.check_successor(successor, doctype)
	known = [one for one in records if frappe.db.exists(*one)]
	left = hand_over.hand_over_each(known, successor)
	return {"moved": len(known) - len(left), "left": left}


@frappe.whitelist(methods=["GET", "POST"])
def book(person: str) -> dict[str, int]:
	"""Return how many records of each kind a person has to hand over, and how many others, tickets for example, he works on.

	Raises frappe.PermissionError unless the caller leads him.
	"""
	hand_over.check_leads(person)
	records = [*hand_over.book_of(person), *hand_over.elsewhere(person)]
	return dict(Counter(doctype for doctype, _name in records))


@frappe.whitelist(methods=["POST"])
def leave(person: str, successor: str) -> dict[str, Any]:
	"""Give all that a person has to a successor and end his shares, assignments and teams; a long book in the background.

	Returns {"moved": count, "left": [...]} or {"run": id}. Raises frappe.PermissionError unless the caller leads the person.
	"""
	hand_over.check(person, successor)
	records = hand_over.book_of(person)
	if len(records) > AT_ONCE:
		run = f"crm_plus_hand_over_{frappe.scrub(person)}"
		frappe.enqueue(
			JOB, queue="long", timeout=3600, job_id=run, deduplicate=True, person=person, successor=successor
		)
		return {"run": run, "count": len(records)}
	left = hand_over.hand_over_book(records, successor)
	hand_over.finish(person, successor, len(records), left)
	return {"moved": len(records) - len(left), "left": left}
