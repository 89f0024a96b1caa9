"""Frappe's Personal Data Deletion Request: what hangs on a person's profile is erased with what has his address."""

from typing import Any

from crm_plus.workflows import personal_data


def on_update(doc: Any, method: str | None = None) -> None:
	"""Erase once Frappe sets out to: it has just listed its steps. A fault stops all of it, for half an erasure is none."""
	if doc.deletion_steps and all(step.status == "Pending" for step in doc.deletion_steps):
		personal_data.erase(doc.email)
