"""ERPNext unlinks payments by SQL, which no ledger listener sees; its own document is what we can listen to."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import after_commit


@never_in_the_way()
def on_submit(doc: Any, method: str | None = None) -> None:
	"""Note the invoices whose payments were unlinked."""
	for row in doc.allocations:
		if row.reference_doctype == "Sales Invoice":
			after_commit.touch(row.reference_doctype, row.reference_name)
