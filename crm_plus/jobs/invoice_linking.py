"""Link long lists of invoices to deals in the background."""

import frappe
from frappe import _

from crm_plus.workflows.invoice_linking import link_one, result_key

RESULT_KEPT_SECONDS = 24 * 60 * 60


def run(run_id: str, pairs: list[list[str]]) -> None:
	"""Link each (invoice, deal), show the progress to the user who asked, and keep the result for a day under `run_id`.

	Runs with that user's rights. Repeating it links nothing twice: an invoice that has a deal is refused.
	"""
	results = []
	for done, (invoice, deal) in enumerate(pairs, 1):
		results.append(link_one(invoice, deal))
		frappe.publish_progress(
			done * 100 / len(pairs), title=_("Linking invoices"), description=f"{done} / {len(pairs)}"
		)
	frappe.cache.set_value(result_key(run_id), results, expires_in_sec=RESULT_KEPT_SECONDS)
