"""Sending what was released: each mail is a transaction of its own, so that nobody gets it twice and nobody is lost.

The row of a recipient is locked, its mail is put into Frappe's queue, and the row says so, all in one transaction: a worker
that is killed leaves either both or neither. The queue sends and tries again by itself.
"""

from email.utils import formataddr
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, escape_html, now_datetime, strip_html

from crm_plus.rules import outreach as rules
from crm_plus.rules import outreach_text
from crm_plus.workflows import opt_out_headers, opt_outs
from crm_plus.workflows.one_worker import OneWorker
from crm_plus.workflows.outreaches import RECIPIENT, value_names

WORKER = OneWorker("crm_plus_outreach")
USUAL_BATCH = 200
LONGEST_SUBJECT = 200


def work() -> int:
	"""Send the next batch, the outreach that was released first before the others; returns how many rows were dealt with.

	Where another worker is at it, this one does nothing.
	"""
	if not WORKER.take():
		return 0
	try:
		left = batch_size()
		for name in frappe.get_all(
			"Outreach", {"status": rules.SENDING}, pluck="name", order_by="released_on, name"
		):
			left -= send_batch(name, left)
			if left <= 0:
				break
		return batch_size() - left
	finally:
		WORKER.release()


def batch_size() -> int:
	"""Return how many mails are handed over at a time."""
	return cint(frappe.db.get_single_value("CRM Plus Settings", "outreach_batch_size")) or USUAL_BATCH


def send_batch(name: str, most: int) -> int:
	"""Send up to `most` waiting mails of an outreach, and finish it where none is left; returns how many were dealt with."""
	waiting = {"outreach": name, "status": rules.WAITING}
	rows = frappe.get_all(RECIPIENT, waiting, pluck="name", order_by="creation, name", limit=most)
	outreach = frappe.get_doc("Outreach", name)
	for done, recipient in enumerate(rows):
		if not _send_in_turn(outreach, recipient):
			return done
	if outreach.problem:
		frappe.db.set_value("Outreach", name, "problem", None)
	if len(rows) < most:
		_finish(name)
	return len(rows)


def _send_in_turn(outreach: Any, recipient: str) -> bool:
	"""Deal with one recipient in a transaction of its own; returns False where nothing can be sent at all."""
	frappe.db.commit()  # ends the snapshot of before: whoever cancelled or opted out meanwhile is seen
	try:
		_send(outreach, recipient)
		frappe.db.commit()  # one mail, one transaction: its queue row and its recipient row
	except frappe.OutgoingEmailError as failure:
		frappe.db.rollback()  # neither mail nor mark
		_wait(outreach.name, failure)
		return False
	except Exception:
		frappe.db.rollback()  # neither mail nor mark: what was half done
		_give_up(recipient)
	return True


def _send(outreach: Any, recipient: str) -> None:
	row = frappe.get_doc(RECIPIENT, recipient, for_update=True)
	if row.status != rules.WAITING:
		return
	if opt_outs.unwanted([row.email]):
		row.db_set({"status": rules.SKIPPED, "reason": rules.OPTED_OUT}, notify=False)
		return
	queued = queue(
		*(outreach, row.customer_profile, row.email, opt_outs.link_for(row.name)),
		# An answer then belongs to the customer.
		reference_doctype="Customer Profile",
		reference_name=row.customer_profile,
		# After whatever people write themselves.
		send_priority=0,
	)
	if queued:
		sent = {"status": rules.SENT, "sent_on": now_datetime(), "email_queue": queued.name}
	else:
		sent = {"status": rules.SKIPPED, "reason": rules.INVALID}
	row.db_set(sent, notify=False)


def queue(outreach: Any, profile: str, address: str, link: str, mark: str = "{0}", **more: Any) -> Any:
	"""Put an outreach, filled from a profile, into Frappe's queue for an address; by `link` its receiver opts out.

	Returns the Email Queue, None where Frappe takes the address for none. `mark` goes around the subject.
	"""
	values = _values(profile)
	subject = mark.format(outreach_text.filled_line(outreach.subject, values))
	with opt_out_headers.of(link):
		return frappe.sendmail(
			recipients=[address],
			sender=_sender(outreach),
			subject=subject[:LONGEST_SUBJECT],
			message=outreach_text.filled_html(outreach.message, values) + _footer(link),
			add_unsubscribe_link=0,
			delayed=True,
			**more,
		)


def _values(profile: str) -> dict[str, str]:
	"""Return what a text may name of a receiver; links by the names that people know them by."""
	fields = value_names()
	row = (
		frappe.db.get_value("Customer Profile", profile, list(fields.values()), as_dict=True)
		or frappe._dict()
	)
	values = {name: str(row.get(field) or "") for name, field in fields.items()}
	if row.organization:
		values["organization"] = frappe.db.get_value("Customer Profile", row.organization, "full_name") or ""
	if row.profile_owner:
		values["owner_name"] = frappe.db.get_value("User", row.profile_owner, "full_name") or ""
	return values


def _sender(outreach: Any) -> str:
	"""Return the address that an outreach comes from, "" for the site's default account."""
	if not outreach.email_account:
		return ""
	account = frappe.get_cached_doc("Email Account", outreach.email_account)
	return formataddr((account.name, account.email_id))


def _footer(link: str) -> str:
	words = escape_html(_("No more mails like this one"))
	return f'<p style="font-size: 12px; color: #777777;"><a href="{link}">{words}</a></p>'


def _give_up(recipient: str) -> None:
	"""Note that one mail could not be made; the rest goes on."""
	frappe.log_error(
		title="CRM Plus: an outreach mail failed", reference_doctype=RECIPIENT, reference_name=recipient
	)
	frappe.db.set_value(RECIPIENT, recipient, "status", rules.FAILED)
	frappe.db.commit()  # the log and the mark must survive whatever the next one does


def _wait(name: str, failure: Exception) -> None:
	"""Say why nothing leaves: the site has no way to send. The next batch tries again."""
	frappe.clear_messages()
	problem = strip_html(str(failure)) or _("Set up an outgoing e-mail account.")
	frappe.db.set_value("Outreach", name, "problem", problem)
	frappe.db.commit()  # people must see it while it waits


def _finish(name: str) -> None:
	frappe.db.commit()  # ends the snapshot of before
	outreach = frappe.get_doc("Outreach", name, for_update=True)
	left = frappe.db.exists(RECIPIENT, {"outreach": name, "status": rules.WAITING})
	if outreach.status == rules.SENDING and not left:
		outreach.db_set(
			{"status": rules.SENT, "finished_on": now_datetime().replace(microsecond=0), "problem": None}
		)
	frappe.db.commit()  # the outreach's own end
