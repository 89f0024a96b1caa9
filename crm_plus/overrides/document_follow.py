"""Frappe's Document Follow: it mails each change of a record to whoever follows it, fields and all."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import followers


@never_in_the_way(writes=True)
def after_insert(doc: Any, method: str | None = None) -> None:
	"""Let nobody follow a record of ours of which he may not read all: whoever comments on one follows it by himself."""
	followers.end_blind(doc.ref_doctype, doc.user)
