"""The tray of messages that match no customer: link one, make a customer of its sender, or set it aside."""

import frappe

from crm_plus.access.records import record
from crm_plus.access.rows import reads_all_rows
from crm_plus.reports import mail_count
from crm_plus.workflows import unmatched


@frappe.whitelist(methods=["POST"])
def link(mail: str, doctype: str, name: str) -> None:
	"""Link a message of the tray to a Deal or a Customer Profile; its answers thread there by themselves.

	Raises frappe.PermissionError without the right to write what it is linked to, frappe.ValidationError where the message
	was placed meanwhile.
	"""
	row = record(unmatched.TRAY, mail)
	if doctype in unmatched.TARGETS:
		record(doctype, name, "write")
	unmatched.link(row, doctype, name)


@frappe.whitelist(methods=["POST"])
def new_profile(mail: str) -> str:
	"""Make a customer of whom a message is from and link the message; returns the profile, also one that was there already.

	Raises frappe.PermissionError without the right to create profiles.
	"""
	row = record(unmatched.TRAY, mail)
	frappe.has_permission("Customer Profile", "create", throw=True)
	profile = unmatched.make_profile(row)
	unmatched.link(row, "Customer Profile", profile)
	return profile


@frappe.whitelist(methods=["POST"])
def set_aside(mail: str) -> None:
	"""Take a message out of sight; it stays counted and can be taken back."""
	unmatched.set_aside(record(unmatched.TRAY, mail))


@frappe.whitelist(methods=["POST"])
def take_back(mail: str) -> None:
	"""Bring a message that was set aside back into the tray."""
	unmatched.take_back(record(unmatched.TRAY, mail))


@frappe.whitelist(methods=["GET"])
def count() -> dict[str, int]:
	"""How many messages there are, and how many of them are placed, wait, are set aside, and are still to come.

	Who does not see all of the tray is told what waits and what is set aside of what he sees.
	"""
	frappe.has_permission(unmatched.TRAY, "read", throw=True)
	return mail_count.count() if reads_all_rows(unmatched.TRAY) else mail_count.count_readable()
