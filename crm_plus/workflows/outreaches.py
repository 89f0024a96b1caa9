"""An outreach before it leaves: what it may say, who has written it, and when it is let go.

Letting go freezes who gets it: one row for each profile of the segment that the author may read, in one transaction with the
new status. From then on nothing of it changes; workflows/outreach_sending.py sends what waits.
"""

from collections.abc import Iterable, Iterator

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from crm_plus.rules import outreach as rules
from crm_plus.rules import outreach_text
from crm_plus.rules.approvals import DRAFT
from crm_plus.rules.outreach import Person, Place
from crm_plus.rules.quoted_text import quoted
from crm_plus.workflows import opt_outs, outreach_approval, segments
from crm_plus.workflows.outreach_approval import CONTENT

RECIPIENT = "Outreach Recipient"
# Written here alone: nobody sends by typing.
KEPT = ("status", "author", "released_by", "released_on", "finished_on", "problem")
BATCH = 1000


class NotReleased(frappe.ValidationError):
	"""An outreach may not go out, or not be changed any more; its text is one sentence that says why."""


def prepare(outreach: Document) -> None:
	"""Complete and check an outreach before it is stored. Writes nothing else."""
	before = outreach.get_doc_before_save()
	for fieldname in KEPT:
		outreach.set(fieldname, before.get(fieldname) if before else None)
	if not before or any(outreach.has_value_changed(fieldname) for fieldname in CONTENT):
		_refuse_final(outreach)
		outreach.author = frappe.session.user
	_check_content(outreach)
	_check_sender(outreach)
	outreach_approval.prepare(outreach)
	outreach.status = rules.status_of(outreach.status or DRAFT, approval_of(outreach))


def _refuse_final(outreach: Document) -> None:
	if outreach.status in rules.FINAL:
		frappe.throw(
			_("{0} was released already: make a copy to write another.").format(quoted(outreach.title)),
			NotReleased,
		)


def approval_of(outreach: Document) -> str | None:
	"""Return where an outreach stands with the manager, None where this site asks none."""
	return (outreach.approval_state or DRAFT) if outreach_approval.is_on() else None


def _check_content(outreach: Document) -> None:
	names = value_names()
	for fieldname in ("subject", "message"):
		fault = outreach_text.first_fault(outreach.get(fieldname) or "", names)
		if fault:
			frappe.throw(
				_("{0} has {1}, which stands for nothing: use {2}.").format(
					_(outreach.meta.get_label(fieldname)),
					quoted(fault),
					", ".join(f"{{{{ {name} }}}}" for name in names),
				)
			)
	outreach.subject = " ".join((outreach.subject or "").split())


def value_names() -> dict[str, str]:
	"""Return what a text may name of a receiver, and the field of his profile that it is read from.

	All of it is of the lowest level: whoever may read a profile may read it.
	"""
	return {
		"full_name": "full_name",
		"organization": "organization",
		"job_title": "job_title",
		"industry": "industry",
		"territory": "territory",
		"owner_name": "profile_owner",
	}


def _check_sender(outreach: Document) -> None:
	account = outreach.email_account
	if account and outreach.has_value_changed("email_account") and account not in senders():
		frappe.throw(_("You cannot send from {0}: choose another account, or none.").format(quoted(account)))


def senders() -> list[str]:
	"""Return the e-mail accounts that the user may send an outreach from: his own, and those that are nobody's alone."""
	outgoing = frappe.get_all("Email Account", {"enable_outgoing": 1}, pluck="name", order_by="name")
	owned = frappe.get_all("User Email", {"parenttype": "User"}, ["parent", "email_account"])
	of_others = {row.email_account for row in owned} - {
		row.email_account for row in owned if row.parent == frappe.session.user
	}
	return [name for name in outgoing if name not in of_others]


def release(name: str) -> int:
	"""Let an outreach go to its segment; returns to how many addresses. The row is locked: of two at once the second is refused.

	Raises NotReleased where a manager has yet to approve it, where it was released before, or where nobody would get it.
	"""
	outreach = frappe.get_doc("Outreach", name, for_update=True)
	_refuse_unready(outreach)
	people = list(_people(segments.members(outreach.segment, outreach.author)))
	places = rules.placed(people, opt_outs.unwanted(person.address for person in people))
	waiting = sum(place.status == rules.WAITING for place in places)
	if not waiting:
		frappe.throw(
			_(
				"Nobody would get this: none of the {0} profiles in the segment has an address to send to."
			).format(len(places)),
			NotReleased,
		)
	_store(outreach.name, places)
	outreach.db_set(
		{
			"status": rules.SENDING,
			"released_by": frappe.session.user,
			"released_on": now_datetime().replace(microsecond=0),
		}
	)
	outreach.add_comment("Info", _("released it to {0} addresses").format(waiting))
	return waiting


def _refuse_unready(outreach: Document) -> None:
	sentences = {
		"final": _("{0} was released already: reload the page."),
		"unapproved": _("{0} waits for a manager's approval: request it first."),
		"changed": _("{0} was changed after it was approved: save it, and request approval again."),
	}
	code = rules.why_not_now(
		outreach.status, approval_of(outreach), is_covered=outreach_approval.is_covered(outreach)
	)
	if code:
		frappe.throw(sentences[code].format(quoted(outreach.title)), NotReleased)


def _people(profiles: list[str]) -> Iterator[Person]:
	for start in range(0, len(profiles), BATCH):
		names = profiles[start : start + BATCH]
		fields = ["name", "email", "no_outreach", "do_not_contact"]
		# Past the author's levels: he writes to people without seeing their addresses.
		found = {row.name: row for row in frappe.get_all("Customer Profile", {"name": ["in", names]}, fields)}
		for name in names:
			row = found[name]
			yield Person(name, row.email or "", bool(row.no_outreach or row.do_not_contact))


def _store(outreach: str, places: Iterable[Place]) -> None:
	now, user = now_datetime(), frappe.session.user
	fields = (
		*("name", "creation", "modified", "owner", "modified_by"),
		*("outreach", "customer_profile", "email", "status", "reason"),
	)
	rows = [
		(
			*(frappe.generate_hash(length=16), now, now, user, user),
			*(outreach, place.profile, place.address or None, place.status, place.reason or None),
		)
		for place in places
	]
	frappe.db.bulk_insert(RECIPIENT, fields, rows, chunk_size=BATCH)


def cancel(name: str) -> int:
	"""Give an outreach up; returns how many will not get it any more. What is in the e-mail queue already leaves.

	Raises NotReleased where everything has been sent.
	"""
	outreach = frappe.get_doc("Outreach", name, for_update=True)
	if outreach.status in (rules.SENT, rules.CANCELLED):
		frappe.throw(_("{0} is finished already.").format(quoted(outreach.title)), NotReleased)
	given_up = {"status": rules.SKIPPED, "reason": rules.CANCELLED}
	frappe.db.set_value(RECIPIENT, {"outreach": name, "status": rules.WAITING}, given_up)
	# Counted after: a mail that was on its way has left by then.
	left = frappe.db.count(RECIPIENT, {"outreach": name, **given_up})
	outreach.db_set(
		{"status": rules.CANCELLED, "finished_on": now_datetime().replace(microsecond=0), "problem": None}
	)
	outreach.add_comment("Info", _("cancelled it; {0} addresses did not get it").format(left))
	return left


def keep_released(outreach: Document) -> None:
	"""Keep what was sent from being deleted. Raises NotReleased."""
	if outreach.status in rules.FINAL:
		frappe.throw(
			_("{0} was released and stays: it says who got what.").format(quoted(outreach.title)), NotReleased
		)
