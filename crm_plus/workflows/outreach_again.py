"""An outreach to oneself before it leaves, and another try for those whom it did not reach."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import strip_html

from crm_plus.rules import outreach as rules
from crm_plus.rules.quoted_text import quoted
from crm_plus.workflows import opt_outs, segments, until_commit
from crm_plus.workflows.outreach_sending import queue
from crm_plus.workflows.outreaches import RECIPIENT, NotReleased

QUEUE, GIVEN_UP = "Email Queue", "Error"
# The link in a test is signed like any other, and opts nobody out: no recipient has this name.
NOBODY = "test"


def send_test(outreach: Document, profile: str = "") -> str:
	"""Mail an outreach to the user, filled from a profile, else from the segment's first; returns his address.

	Nobody is noted as a recipient, and an answer belongs to nobody. Raises frappe.ValidationError.
	"""
	address = frappe.db.get_value("User", frappe.session.user, "email")
	profile = profile or _first_of(outreach.segment)
	try:
		queued = queue(outreach, profile, address, opt_outs.link_for(NOBODY), mark=_("Test: {0}"))
	except frappe.OutgoingEmailError as failure:
		frappe.clear_messages()
		frappe.throw(strip_html(str(failure)) or _("Set up an outgoing e-mail account."))
	if not queued:
		frappe.throw(_("Your own e-mail address cannot be written to: correct it in your user settings."))
	# At once: the writer waits for it.
	at_once = until_commit.works_at_once()
	frappe.enqueue_doc(QUEUE, queued.name, "send", queue="short", enqueue_after_commit=True, now=at_once)
	return address


def _first_of(segment: str) -> str:
	found = segments.members(segment, frappe.session.user)
	if not found:
		frappe.throw(_("{0} has nobody whom you may see: choose a profile.").format(quoted(segment)))
	return found[0]


def follow_queue() -> int:
	"""Say of each mail that Frappe's queue has given up that it failed; returns how many. Repeatable."""
	row, mail = frappe.qb.DocType(RECIPIENT), frappe.qb.DocType(QUEUE)
	query = (
		frappe.qb.from_(mail)
		.join(row)
		.on(row.email_queue == mail.name)
		.select(row.name)
		.where((mail.status == GIVEN_UP) & (row.status == rules.SENT))
	)
	failed = query.run(pluck=True)
	if failed:
		frappe.db.set_value(RECIPIENT, {"name": ["in", failed]}, "status", rules.FAILED)
	return len(failed)


def try_again(outreach: Document) -> int:
	"""Send to those once more whom an outreach did not reach; returns to how many. The outreach is locked meanwhile.

	A mail that Frappe's queue has given up goes back into it, one that was never made is made by the next batch; who has
	opted out since is left out. Raises NotReleased where the outreach was cancelled, or where there is nobody.
	"""
	outreach = frappe.get_doc("Outreach", outreach.name, for_update=True)
	if outreach.status not in (rules.SENDING, rules.SENT):
		frappe.throw(_("{0} is not on its way.").format(quoted(outreach.title)), NotReleased)
	follow_queue()
	asked = {"outreach": outreach.name, "status": rules.FAILED}
	rows = frappe.get_all(RECIPIENT, asked, ["name", "email", "email_queue"], order_by="creation, name")
	unwanted = opt_outs.unwanted(row.email for row in rows)
	again = [_again(row, is_unwanted=row.email in unwanted) for row in rows]
	if rules.WAITING in again:
		outreach.db_set({"status": rules.SENDING, "finished_on": None})
	number = len(again) - again.count(rules.SKIPPED)
	if not number:
		frappe.throw(_("There is nobody to try again."), NotReleased)
	outreach.add_comment("Info", _("tried {0} addresses again").format(number))
	return number


def _again(row: Any, *, is_unwanted: bool) -> str:
	"""Put one recipient back to where he stood before the failure; returns his new status."""
	values: dict[str, Any]
	queued = row.email_queue and frappe.db.get_value(QUEUE, row.email_queue, "status", for_update=True)
	if queued and queued != GIVEN_UP:
		values = {"status": rules.SENT}  # somebody has sent it from the queue by hand
	elif is_unwanted:
		values = {"status": rules.SKIPPED, "reason": rules.OPTED_OUT}
	elif queued:
		frappe.db.set_value(QUEUE, row.email_queue, {"status": "Not Sent", "retry": 0})
		values = {"status": rules.SENT}
	else:
		values = {"status": rules.WAITING, "email_queue": None}
	frappe.db.set_value(RECIPIENT, row.name, values)
	return values["status"]
