"""Give a whole book to somebody else in the background."""

import frappe
from frappe import _

from crm_plus.workflows import hand_over

BATCH = 50


def run(person: str, successor: str) -> None:
	"""Hand over all that a person has, with the rights of who asked for it, and tell both of them what became of it.

	Commits after each batch, so that one that was stopped goes on where it stood: what is handed over is no longer his.
	"""
	hand_over.check(person, successor)
	records = hand_over.book_of(person)
	left = []
	for start in range(0, len(records), BATCH):
		left += hand_over.hand_over_book(records[start : start + BATCH], successor)
		frappe.db.commit()
		done = min(start + BATCH, len(records))
		frappe.publish_progress(
			done * 100 / len(records), title=_("Handing over"), description=f"{done} / {len(records)}"
		)
	hand_over.finish(person, successor, len(records), left)
	frappe.db.commit()
