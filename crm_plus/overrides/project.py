"""What CRM Plus does when ERPNext's Project changes."""

from typing import Any

from crm_plus.access import deal_links


def validate(doc: Any, method: str | None = None) -> None:
	"""Refuse a deal that is not for this user: here refusing is the purpose."""
	deal_links.check_newly_named(doc)
