app_name = "crm_plus"
app_title = "CRM Plus"
app_publisher = "CRM Plus"
app_description = "One record from the first hello to the paid invoice, inside ERPNext's own Desk."
app_email = "hello@crm-plus.invalid"
app_license = "GPL-3.0"
required_apps = ["frappe/erpnext"]

before_install = "crm_plus.setup.install.before_install"
after_install = "crm_plus.setup.install.after_install"
after_migrate = ["crm_plus.setup.install.after_migrate"]
before_uninstall = "crm_plus.setup.uninstall.before_uninstall"

# ERPNext's documents are listened to, never replaced. Each path is overrides/<document>.py, its function the event.
doc_events = {
	"Quotation": {
		"before_validate": "crm_plus.overrides.quotation.before_validate",
		"validate": "crm_plus.overrides.quotation.validate",
		"before_update_after_submit": "crm_plus.overrides.quotation.before_update_after_submit",
		"on_change": "crm_plus.overrides.quotation.on_change",
		"on_trash": "crm_plus.overrides.quotation.on_trash",
	},
	"Sales Order": {
		"before_validate": "crm_plus.overrides.sales_order.before_validate",
		"validate": "crm_plus.overrides.sales_order.validate",
		"before_update_after_submit": "crm_plus.overrides.sales_order.before_update_after_submit",
		"on_change": "crm_plus.overrides.sales_order.on_change",
		"on_trash": "crm_plus.overrides.sales_order.on_trash",
	},
	"Sales Invoice": {
		"before_validate": "crm_plus.overrides.sales_invoice.before_validate",
		"validate": "crm_plus.overrides.sales_invoice.validate",
		"before_update_after_submit": "crm_plus.overrides.sales_invoice.before_update_after_submit",
		"on_change": "crm_plus.overrides.sales_invoice.on_change",
		"on_trash": "crm_plus.overrides.sales_invoice.on_trash",
	},
	"Payment Ledger Entry": {"on_submit": "crm_plus.overrides.payment_ledger_entry.on_submit"},
	"Unreconcile Payment": {"on_submit": "crm_plus.overrides.unreconcile_payment.on_submit"},
}

scheduler_events = {
	"daily_long": ["crm_plus.jobs.deal_reconciliation.run"],
}
