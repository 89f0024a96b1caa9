"""What CRM Plus does when Frappe is asked to store what a report says, as it does for reports that take long."""

from typing import Any

import frappe
from frappe import _

from crm_plus.overrides.guard import never_in_the_way


@never_in_the_way(refuses=True)
def before_insert(doc: Any, method: str | None = None) -> None:
	"""Refuse to store a report of ours: Frappe shows what is stored to all who may open the report, whatever rows they may read.

	Raises frappe.ValidationError.
	"""
	if _is_ours(doc.report_name):
		frappe.throw(
			_(
				"{0} is never stored, for it shows each reader what he may see: untick Prepared Report on it."
			).format(_(doc.report_name))
		)


def _is_ours(name: str) -> bool:
	"""Tell whether a report is one of ours, or somebody's columns of one."""
	report = frappe.db.get_value("Report", name, ["module", "is_standard", "reference_report"], as_dict=True)
	if report and report.reference_report:
		return _is_ours(report.reference_report)
	return bool(report) and report.module == "CRM Plus" and report.is_standard == "Yes"
