"""What CRM Plus does when somebody comments on a record."""

from typing import Any

import frappe

from crm_plus.access.references import refuse_hidden


def before_insert(doc: Any, method: str | None = None) -> None:
	"""Refuse what somebody writes on a record that he may not read: Frappe's comments for websites take any record's name.

	What the app itself notes is no "Comment", and what a job brings in comes by no request.
	"""
	if doc.comment_type == "Comment" and doc.reference_name and getattr(frappe.local, "request", None):
		refuse_hidden(doc.reference_doctype, doc.reference_name)
