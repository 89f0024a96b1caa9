"""What Quotation, Sales Order and Sales Invoice have in common for us; each document's own file names what it listens to."""

from typing import Any

from crm_plus.access.deal_links import check_newly_named
from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import after_commit, agreed_prices, deal_links, profile_events


def before_validate(doc: Any, method: str | None = None) -> None:
	"""Refuse a deal that is not for this user; carry the deal from the header and from earlier documents to the rows."""
	check_newly_named(doc)
	_fill_rows(doc)
	keep_agreed_prices(doc)


@never_in_the_way()
def keep_agreed_prices(doc: Any) -> None:
	"""Let Pricing Rules leave alone what was agreed in a deal."""
	agreed_prices.keep(doc)


@never_in_the_way()
def _fill_rows(doc: Any) -> None:
	deal_links.fill_rows(doc)


def validate(doc: Any, method: str | None = None) -> None:
	"""Refuse a deal of another company or customer: the one thing that an accountant is told by us."""
	_check_links(doc)


@never_in_the_way(refuses=True)
def _check_links(doc: Any) -> None:
	deal_links.check_links(doc)


def before_update_after_submit(doc: Any, method: str | None = None) -> None:
	"""Let the rows follow a deal that was set or changed after submission; Frappe does not call `validate` then."""
	check_newly_named(doc)
	_refill_rows(doc)
	_check_links(doc)


@never_in_the_way()
def _refill_rows(doc: Any) -> None:
	deal_links.refill_rows(doc)
	deal_links.fill_rows(doc)


@never_in_the_way()
def on_change(doc: Any, method: str | None = None) -> None:
	"""Note the document for its deals and, where it is a purchase, for its customer: both follow after the commit."""
	after_commit.note_change(doc)
	profile_events.note_document(doc)


@never_in_the_way()
def on_trash(doc: Any, method: str | None = None) -> None:
	"""Note a deleted document for its deals."""
	after_commit.note_change(doc)
