"""Where every receivable movement of ERPNext passes: payments, returns, write-offs, reconciliation, cancellation."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import after_commit, profile_events


@never_in_the_way()
def on_submit(doc: Any, method: str | None = None) -> None:
	"""Note the invoices that the entry settles, and the customer."""
	if doc.account_type != "Receivable":
		return
	profile_events.note_payment(doc)
	for doctype, name in {
		(doc.against_voucher_type, doc.against_voucher_no),
		(doc.voucher_type, doc.voucher_no),
	}:
		if doctype == "Sales Invoice":
			after_commit.touch(doctype, name)
