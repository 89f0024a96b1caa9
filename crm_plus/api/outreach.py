"""Sending an outreach, and the page on which its receivers opt out."""

from typing import Any

import frappe
from frappe import _
from frappe.rate_limiter import rate_limit
from frappe.sessions import get_csrf_token
from frappe.utils import escape_html

from crm_plus.access.records import record
from crm_plus.reports import outreach_progress
from crm_plus.workflows import opt_outs, outreach_again, outreaches


@frappe.whitelist(methods=["POST"])
def send(outreach: str) -> int:
	"""Let an outreach go to its segment; returns to how many addresses.

	Raises frappe.PermissionError without the right to write it, NotReleased where a manager has yet to approve it.
	"""
	return outreaches.release(record("Outreach", outreach, "write").name)


@frappe.whitelist(methods=["POST"])
def cancel(outreach: str) -> int:
	"""Stop an outreach; returns how many addresses will not get it. Raises as `send` does."""
	return outreaches.cancel(record("Outreach", outreach, "write").name)


@frappe.whitelist(methods=["POST"])
def send_test(outreach: str, customer_profile: str = "") -> str:
	"""Mail an outreach to the user himself, filled from a profile, else from the segment's first; returns his address.

	Raises frappe.PermissionError without the right to write it or to read the profile.
	"""
	profile = record("Customer Profile", customer_profile).name if customer_profile else ""
	return outreach_again.send_test(record("Outreach", outreach, "write"), profile)


@frappe.whitelist(methods=["POST"])
def try_again(outreach: str) -> int:
	"""Send an outreach once more to those whom it did not reach; returns to how many. Raises as `send` does."""
	return outreach_again.try_again(record("Outreach", outreach, "write"))


@frappe.whitelist(methods=["GET"])
def progress(outreach: str) -> list[dict[str, Any]]:
	"""How many of the recipients that the user may see have got it, wait, or were left out and why."""
	return outreach_progress.of(record("Outreach", outreach).name)


@frappe.whitelist(methods=["GET"])
def senders(
	doctype: str,
	txt: str,
	searchfield: str,
	start: int,
	page_len: int,
	filters: dict[str, Any] | str | None = None,
) -> list[list[str]]:
	"""The e-mail accounts that the user may send an outreach from, for the link field. For those who write outreach."""
	frappe.has_permission("Outreach", "write", throw=True)
	found = [name for name in outreaches.senders() if txt.lower() in name.lower()]
	return [[name] for name in found[start : start + page_len]]


# So many in a minute from one address: a mail provider opts out for many people at once.
@frappe.whitelist(allow_guest=True, methods=["GET", "POST"])
@rate_limit(limit=120, seconds=60)
def opt_out(token: str = "") -> None:
	"""The page behind the link in a mail: it asks (GET), for mail scanners open links, and its button opts out (POST).

	A token that we never made and one whose mail is gone get the same answer, and no answer names anybody.
	"""
	recipient = opt_outs.recipient_of(token)
	if not recipient:
		words = _("Please copy it from the mail as a whole, or answer the mail.")
		_page(_("This link does not work"), words, http_status_code=404)
	elif frappe.request.method == "POST":
		opt_outs.opt_out(recipient)
		_page(_("Thank you"), _("You will get no more mails like that one."), success=True)
	else:
		_page(_("No more mails?"), _form(token))


def _page(title: str, html: str, **more: Any) -> None:
	"""Answer with a page that has nothing but these words on it."""
	frappe.respond_as_web_page(title, html, primary_action=None, fullpage=True, **more)


def _form(token: str) -> str:
	question = escape_html(
		_("Mails that go to many will not be sent to you any more. Answers and documents will.")
	)
	button = escape_html(_("No more mails"))
	# Who is logged in needs his own token; a customer has no session.
	session = get_csrf_token() if frappe.session.user != "Guest" else ""
	return (
		f"{question}</p>"
		'<form method="post" action="/api/method/crm_plus.api.outreach.opt_out">'
		f'<input type="hidden" name="token" value="{escape_html(token)}">'
		f'<input type="hidden" name="csrf_token" value="{escape_html(session)}">'
		f'<button type="submit" class="btn btn-primary btn-sm btn-block">{button}</button></form><p>'
	)
