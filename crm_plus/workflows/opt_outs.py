"""Who wants no outreach: what his profile says counts for his address, in whatever profile it stands.

Frappe's own list of those who unsubscribed from everything (Email Unsubscribe) is obeyed, but no address is written there: one
on it gets no quotation and no invoice either. What somebody chose by a link is kept with the mail that had it, so that a new
profile with his address begins with his choice. Of who is erased that list keeps a mark, which is nobody's address.
"""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

import frappe
from frappe.utils import get_url, now_datetime
from frappe.utils.verified_command import get_secret

PROFILE, RECIPIENT = "Customer Profile", "Outreach Recipient"
BATCH = 1000
LONGEST_TOKEN = 100
# How what is left of an erased address begins.
MARK = "erased-"
LIST, NOWHERE = "Email Unsubscribe", "crm-plus.invalid"


def unwanted(addresses: Iterable[str]) -> set[str]:
	"""Return those of the addresses, in lower case, that want no outreach."""
	asked = sorted({address.strip().lower() for address in addresses if address})
	found: set[str] = set()
	for start in range(0, len(asked), BATCH):
		some = asked[start : start + BATCH]
		found |= _of_profiles(some) | _of_frappe(some)
	return {address.strip().lower() for address in found}


def _of_profiles(addresses: list[str]) -> set[str]:
	profile = frappe.qb.DocType(PROFILE)
	wants_none = (profile.no_outreach == 1) | (profile.do_not_contact == 1)
	query = frappe.qb.from_(profile).select(profile.email).where(profile.email.isin(addresses) & wants_none)
	return set(query.run(pluck=True))


def _of_frappe(addresses: list[str]) -> set[str]:
	"""Return who unsubscribed from all mail of the site, and who was marked so as a Contact."""
	everything = {"email": ["in", addresses], "global_unsubscribe": 1}
	found = set(frappe.get_all(LIST, everything, pluck="email"))
	contact = {"email_id": ["in", addresses], "unsubscribed": 1}
	return found | set(frappe.get_all("Contact", contact, pluck="email_id"))


def link_for(recipient: str) -> str:
	"""Return the address of the page on which the receiver of a mail opts out."""
	return get_url(f"/api/method/crm_plus.api.outreach.opt_out?token={token_for(recipient)}")


def token_for(recipient: str) -> str:
	"""Return what stands for one receiver of one outreach, and says nothing of either."""
	return f"{recipient}-{_signature(recipient)}"


def recipient_of(token: str) -> str:
	"""Return the recipient that a token was made for, "" for what we never made."""
	recipient, _dash, signature = token[:LONGEST_TOKEN].rpartition("-")
	is_ours = hmac.compare_digest(signature.encode(), _signature(recipient).encode())
	return recipient if is_ours else ""


def _signature(recipient: str) -> str:
	message = f"crm_plus outreach opt-out {recipient}"
	return hmac.new(get_secret().encode(), message.encode(), hashlib.sha256).hexdigest()[:32]


def opt_out(recipient: str) -> None:
	"""Note that the receiver of a mail wants no more: on the mail, and on every profile with his address. May be repeated."""
	row = frappe.db.get_value(
		RECIPIENT, recipient, ["customer_profile", "email", "opted_out_on"], as_dict=True, for_update=True
	)
	if not row:
		return
	if not row.opted_out_on:
		frappe.db.set_value(RECIPIENT, recipient, "opted_out_on", now_datetime().replace(microsecond=0))
	names = {row.customer_profile}
	if row.email:
		names |= set(frappe.get_all(PROFILE, {"email": row.email}, pluck="name"))
	for name in sorted(names):
		if frappe.db.get_value(PROFILE, name, "no_outreach") == 0:
			_mark(frappe.get_doc(PROFILE, name, for_update=True))


def _mark(profile: Any) -> None:
	profile.load_doc_before_save()
	profile.no_outreach, profile.opted_out_on = 1, now_datetime().replace(microsecond=0)
	profile.db_set({"no_outreach": 1, "opted_out_on": profile.opted_out_on})
	version = frappe.new_doc("Version")
	if version.update_version_info(profile.get_doc_before_save(), profile):
		# safe: Frappe writes history for every change; this is one past a save
		version.insert(ignore_permissions=True)


def keep(profile: Any) -> None:
	"""Let a profile that gets an address begin with what its owner chose, and date what somebody ticked. Writes nothing."""
	before = profile.get_doc_before_save()
	profile.opted_out_on = before.opted_out_on if before else None
	if profile.email and profile.has_value_changed("email") and not profile.no_outreach:
		profile.no_outreach = int(_has_left(profile.email))
	if not profile.no_outreach:
		profile.opted_out_on = None
	elif not profile.opted_out_on:
		profile.opted_out_on = now_datetime().replace(microsecond=0)


def _has_left(address: str) -> bool:
	known = ["in", [address, mark_of(address)]]
	return bool(
		frappe.db.exists(RECIPIENT, {"email": known, "opted_out_on": ["is", "set"]})
		or frappe.db.exists(LIST, {"email": _nobodys(address)})
	)


def keep_past_erasure(address: str) -> None:
	"""Note, before he is erased, that who has an address wants no outreach, however he said so. May be repeated."""
	if unwanted([address]) and not frappe.db.exists(LIST, {"email": _nobodys(address)}):
		kept = {"doctype": LIST, "email": _nobodys(address), "global_unsubscribe": 1}
		# safe: who may erase a person was asked before; the entry says of nobody that he is on the list
		frappe.get_doc(kept).insert(ignore_permissions=True)


def _nobodys(address: str) -> str:
	"""Return the mark of an address in the shape of one, as Frappe's list asks for; no mail can go there."""
	return f"{mark_of(address)}@{NOWHERE}"


def mark_of(address: str) -> str:
	"""Return what stands for an address that is erased, and tells it to nobody: who comes back with it has still opted out.

	What is such a mark already stays as it is.
	"""
	if address.startswith(MARK):
		return address
	message = f"crm_plus erased address {address.strip().lower()}"
	return MARK + hmac.new(get_secret().encode(), message.encode(), hashlib.sha256).hexdigest()[:32]
