"""What CRM Plus does when ERPNext's Sales Order changes."""

from crm_plus.overrides.sales_documents import (
	before_update_after_submit,
	before_validate,
	on_change,
	on_trash,
	validate,
)

__all__ = [
	"before_update_after_submit",
	"before_validate",
	"on_change",
	"on_trash",
	"validate",
]
