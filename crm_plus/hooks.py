app_name = "crm_plus"
app_title = "CRM Plus"
app_publisher = "CRM Plus"
app_description = "One record from the first hello to the paid invoice, inside ERPNext's own Desk."
app_email = "hello@crm-plus.invalid"
app_license = "GPL-3.0"
required_apps = ["frappe/erpnext"]
add_to_apps_screen = [
	{
		"name": "crm_plus",
		"logo": "/assets/crm_plus/images/crm-plus.svg",
		"title": "CRM Plus",
		"route": "/app/crm-plus",
		"has_permission": "crm_plus.api.board.has_app_permission",
	}
]
before_install = "crm_plus.setup.install.before_install"
after_install = "crm_plus.setup.install.after_install"
after_migrate = ["crm_plus.setup.install.after_migrate"]
before_uninstall = "crm_plus.setup.uninstall.before_uninstall"
app_include_js = "crm_plus.bundle.js"
app_include_css = "crm_plus.bundle.css"

# ERPNext's documents are listened to, never replaced. Each path is overrides/<document>.py, its function the event.
doc_events = {
	"*": {"validate": "crm_plus.overrides.attached_files.validate"},
	"Quotation": {
		"before_insert": "crm_plus.overrides.quotation.before_insert",
		"before_validate": "crm_plus.overrides.quotation.before_validate",
		"validate": "crm_plus.overrides.quotation.validate",
		"before_submit": "crm_plus.overrides.quotation.before_submit",
		"before_update_after_submit": "crm_plus.overrides.quotation.before_update_after_submit",
		"on_change": "crm_plus.overrides.quotation.on_change",
		"on_trash": "crm_plus.overrides.quotation.on_trash",
	},
	"Sales Order": {
		"before_validate": "crm_plus.overrides.sales_order.before_validate",
		"validate": "crm_plus.overrides.sales_order.validate",
		"before_submit": "crm_plus.overrides.sales_order.before_submit",
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
	"Delivery Note": {"before_validate": "crm_plus.overrides.delivery_note.before_validate"},
	"Project": {"validate": "crm_plus.overrides.project.validate"},
	"Payment Ledger Entry": {"on_submit": "crm_plus.overrides.payment_ledger_entry.on_submit"},
	"Unreconcile Payment": {"on_submit": "crm_plus.overrides.unreconcile_payment.on_submit"},
	"Customer": {
		"before_insert": "crm_plus.overrides.customer.before_insert",
		"on_update": "crm_plus.overrides.customer.on_update",
		"before_rename": "crm_plus.overrides.customer.before_rename",
		"on_trash": "crm_plus.overrides.customer.on_trash",
	},
	"Lead": {
		"on_update": "crm_plus.overrides.lead.on_update",
		"before_rename": "crm_plus.overrides.lead.before_rename",
		"after_rename": "crm_plus.overrides.lead.after_rename",
		"on_trash": "crm_plus.overrides.lead.on_trash",
	},
	"Prospect": {
		"on_update": "crm_plus.overrides.prospect.on_update",
		"before_rename": "crm_plus.overrides.prospect.before_rename",
		"after_rename": "crm_plus.overrides.prospect.after_rename",
		"on_trash": "crm_plus.overrides.prospect.on_trash",
	},
	"Contact": {
		"validate": "crm_plus.overrides.contact.validate",
		"on_update": "crm_plus.overrides.contact.on_update",
		"on_trash": "crm_plus.overrides.contact.on_trash",
	},
	"Address": {"validate": "crm_plus.overrides.address.validate"},
	"Customer Profile": {
		"after_insert": "crm_plus.overrides.customer_profile.after_insert",
		"on_update": "crm_plus.overrides.customer_profile.on_update",
		"on_trash": "crm_plus.overrides.customer_profile.on_trash",
	},
	"Communication": {
		"validate": "crm_plus.overrides.communication.validate",
		"on_update": "crm_plus.overrides.communication.on_update",
		"on_trash": "crm_plus.overrides.communication.on_trash",
	},
	("Event", "Issue", "Call Log", "Appointment"): {
		"on_update": "crm_plus.overrides.sources.on_update",
		"on_trash": "crm_plus.overrides.sources.on_trash",
	},
	"WhatsApp Message": {
		"on_update": "crm_plus.overrides.whatsapp_message.on_update",
		"on_trash": "crm_plus.overrides.whatsapp_message.on_trash",
	},
	"Data Import": {"on_update": "crm_plus.overrides.data_import.on_update"},
	"Personal Data Deletion Request": {
		"on_update": "crm_plus.overrides.personal_data_deletion_request.on_update"
	},
	"Deal": {
		"after_insert": "crm_plus.overrides.deal.after_insert",
		"on_update": "crm_plus.overrides.deal.on_update",
		"on_trash": "crm_plus.overrides.deal.on_trash",
	},
	"Follow Up": {"validate": "crm_plus.overrides.follow_up.validate"},
	"Interaction": {
		"validate": "crm_plus.overrides.interaction.validate",
		"after_insert": "crm_plus.overrides.interaction.after_insert",
	},
	("Deal", "Customer Profile", "Interaction", "Follow Up", "Event", "ToDo", "Document Follow"): {
		"validate": "crm_plus.overrides.references.validate"
	},
	"Comment": {"before_insert": "crm_plus.overrides.comment.before_insert"},
	"Document Follow": {"after_insert": "crm_plus.overrides.document_follow.after_insert"},
	"DocShare": {"on_trash": "crm_plus.overrides.docshare.on_trash"},
	"User Permission": {"on_update": "crm_plus.overrides.user_permission.on_update"},
	"User": {"on_update": "crm_plus.overrides.user.on_update"},
	"ToDo": {
		"on_update": "crm_plus.overrides.todo.on_update",
		"on_trash": "crm_plus.overrides.todo.on_trash",
	},
	"Prepared Report": {"before_insert": "crm_plus.overrides.prepared_report.before_insert"},
}

# What is captured as interactions, and what reads it: an app may add DocTypes of its own.
crm_plus_sources = {
	"Communication": "crm_plus.overrides.communication.read",
	"Event": "crm_plus.overrides.event.read",
	"Issue": "crm_plus.overrides.issue.read",
	"Call Log": "crm_plus.overrides.call_log.read",
	"Appointment": "crm_plus.overrides.appointment.read",
	"WhatsApp Message": "crm_plus.overrides.whatsapp_message.read",
}

# How what was said under a phone number is found, once somebody is known to have it.
crm_plus_sources_of_numbers = {
	"Call Log": "crm_plus.overrides.call_log.of_number",
	"WhatsApp Message": "crm_plus.overrides.whatsapp_message.of_number",
}

scheduler_events = {
	"cron": {
		"* * * * *": ["crm_plus.jobs.reminders.tick", "crm_plus.jobs.outreach.tick"],
		"*/5 * * * *": ["crm_plus.jobs.follow_ups.continue_series"],
	},
	"hourly": [
		"crm_plus.jobs.adoption.resume_abandoned",
		"crm_plus.jobs.capture.sweep",
		"crm_plus.jobs.reminders.follow_mail",
		"crm_plus.jobs.outreach.follow_mail",
		"crm_plus.jobs.followers.run",
	],
	"daily_long": [
		"crm_plus.jobs.deal_reconciliation.run",
		"crm_plus.jobs.deal_progress.run",
		"crm_plus.jobs.lifecycle.run",
		"crm_plus.jobs.pipeline_snapshots.run",
		"crm_plus.jobs.follow_ups.catch_up",
		"crm_plus.jobs.capture.nightly",
		"crm_plus.jobs.reminders.each_day",
	],
}

# Mail programs let people opt out of an outreach by themselves.
make_email_body_message = ["crm_plus.overrides.mail.make_email_body_message"]
before_job = ["crm_plus.overrides.mail.before_job"]
before_request = ["crm_plus.overrides.mail.before_request"]

default_log_clearing_doctypes = {"Reminder Delivery": 400}  # days, for Frappe's Log Settings

# Who sees which rows: one rule, for lists and for one document.
permission_query_conditions = {
	"*": "crm_plus.access.levels.condition",
	"Customer Profile": "crm_plus.access.visibility.condition",
	"Deal": "crm_plus.access.visibility.condition",
	"Interaction": "crm_plus.access.visibility.condition",
	"Follow Up": "crm_plus.access.visibility.condition",
	"Sales Quota": "crm_plus.access.quotas.condition",
	"Unmatched Mail": "crm_plus.access.mail_tray.condition",
	"Outreach Recipient": "crm_plus.access.outreach.condition",
	"Deal Item": "crm_plus.access.belongings.rows_of_readable",
	"Customer Profile Link": "crm_plus.access.belongings.rows_of_readable",
	"Stage Change": "crm_plus.access.belongings.history_of_readable",
	"Interaction Participant": "crm_plus.access.belongings.rows_of_readable",
	"Comment": "crm_plus.access.side_doors.beside_readable",
	"Communication": "crm_plus.access.side_doors.beside_readable",
	"Document Follow": "crm_plus.access.side_doors.beside_readable",
	"File": "crm_plus.access.side_doors.beside_readable",
	"Tag Link": "crm_plus.access.side_doors.beside_readable",
	"Contact": "crm_plus.access.side_doors.contacts_of_readable",
	"Address": "crm_plus.access.side_doors.contacts_of_readable",
	"Contact Email": "crm_plus.access.contact_rows.rows_of_readable",
	"Contact Phone": "crm_plus.access.contact_rows.rows_of_readable",
	"Dynamic Link": "crm_plus.access.contact_rows.rows_of_readable",
	"Event Participants": "crm_plus.access.contact_rows.rows_of_readable",
	"Communication Link": "crm_plus.access.contact_rows.rows_of_readable",
}
has_permission = {
	"Customer Profile": "crm_plus.access.visibility.may_see",
	"Deal": "crm_plus.access.visibility.may_see",
	"Interaction": "crm_plus.access.visibility.may_see",
	"Follow Up": "crm_plus.access.visibility.may_see",
	"Sales Quota": "crm_plus.access.quotas.may_see",
	"Unmatched Mail": "crm_plus.access.mail_tray.may_see",
	"Outreach Recipient": "crm_plus.access.outreach.may_see",
	"Stage Change": "crm_plus.access.belongings.may_read_history",
	"Revenue Team": "crm_plus.access.team_changes.may_change",
	"Dashboard Chart": "crm_plus.access.charts.may_see",
	"Number Card": "crm_plus.access.charts.may_see",
	"Comment": "crm_plus.access.side_doors.may_see_beside",
	"Document Follow": "crm_plus.access.side_doors.may_see_beside",
	"Tag Link": "crm_plus.access.side_doors.may_see_beside",
	"Contact": "crm_plus.access.side_doors.may_see_contact",
	"Address": "crm_plus.access.side_doors.may_see_contact",
	"File": "crm_plus.access.files.may_name",
}

# Functions of Frappe's that would tell of records without asking who may see them, or ask for that too often.
override_whitelisted_methods = {
	"frappe.desk.reportview.export_query": "crm_plus.api.exports.of_list",
	"frappe.desk.form.load.getdoc": "crm_plus.api.opened.document",
	"frappe.desk.form.load.get_docinfo": "crm_plus.api.opened.beside",
	"frappe.desk.form.load.get_communications": "crm_plus.api.opened.messages",
	"frappe.desk.query_report.export_query": "crm_plus.api.exports.of_report",
	"frappe.core.doctype.data_import.data_import.download_template": "crm_plus.api.exports.for_import",
	"frappe.core.doctype.data_export.exporter.export_data": "crm_plus.api.exports.of_records",
	"frappe.email.relink": "crm_plus.api.interactions.relink",
	"frappe.client.get": "crm_plus.api.narrowed.record",
	"frappe.client.get_count": "crm_plus.api.narrowed.count",
	"frappe.client.set_value": "crm_plus.api.narrowed.new_value",
	"frappe.desk.listview.get_group_by_count": "crm_plus.api.narrowed.group_counts",
	"frappe.desk.notifications.get_open_count": "crm_plus.api.narrowed.linked_counts",
	"frappe.desk.search.get_link_title": "crm_plus.api.narrowed.link_title",
	"frappe.desk.search.search_link": "crm_plus.api.link_search.for_field",
	"frappe.desk.search.search_widget": "crm_plus.api.link_search.for_dialog",
	"frappe.desk.doctype.tag.tag.get_tagged_docs": "crm_plus.api.narrowed.tagged_documents",
	"frappe.desk.doctype.dashboard_chart.dashboard_chart.get": "crm_plus.api.narrowed.chart",
	"frappe.desk.doctype.dashboard.dashboard.get_permitted_charts": "crm_plus.api.dashboards.permitted_charts",
	"frappe.desk.doctype.dashboard.dashboard.get_permitted_cards": "crm_plus.api.dashboards.permitted_cards",
	"frappe.desk.doctype.tag.tag.add_tag": "crm_plus.api.alongside.add_tag",
	"frappe.desk.doctype.tag.tag.add_tags": "crm_plus.api.alongside.add_tags",
	"frappe.desk.doctype.tag.tag.remove_tag": "crm_plus.api.alongside.remove_tag",
	"frappe.desk.like.toggle_like": "crm_plus.api.alongside.toggle_like",
	"frappe.desk.doctype.event.event.get_events": "crm_plus.api.alongside.events",
	"erpnext.crm.utils.get_open_activities": "crm_plus.api.alongside.activities",
	"erpnext.stock.doctype.shipment.shipment.get_contact_name": "crm_plus.api.alongside.contact_name",
	"erpnext.stock.doctype.shipment.shipment.get_address_name": "crm_plus.api.alongside.address_name",
	"erpnext.stock.doctype.delivery_trip.delivery_trip.get_contact_display": "crm_plus.api.alongside.contact_card",
}

doctype_js = {
	"Quotation": "public/js/overrides/quotation.js",
	"Sales Order": "public/js/overrides/sales_order.js",
	"Sales Invoice": "public/js/overrides/sales_invoice.js",
	"User": "public/js/overrides/user.js",
	"Customer Profile": "public/js/personal_data.js",
}
doctype_list_js = {"Sales Invoice": "public/js/overrides/sales_invoice_list.js"}

# History outlives what it tells of; a deal takes its own along. That somebody was told of a record never keeps it from going.
ignore_links_on_delete = ["Stage Change", "Pipeline Snapshot", "Reminder Delivery", "Outreach Recipient"]

# What is held on one person, by his address, for Frappe's personal data download and deletion. Ledgers stay as the law wants.
user_data_fields = [
	{
		"doctype": "Customer Profile",
		"filter_by": "email",
		"redact_fields": [
			"full_name",
			"job_title",
			"birthday",
			"birthday_key",
			"phone",
			"phone_e164",
			"phone_reversed",
			"name_key",
			"preferences",
			"notes",
			"image",
		],
	},
	{"doctype": "Interaction Participant", "filter_by": "email", "redact_fields": ["full_name", "phone"]},
	{
		"doctype": "Lead",
		"filter_by": "email_id",
		"redact_fields": [
			"lead_name",
			"first_name",
			"middle_name",
			"last_name",
			"title",
			"phone",
			"mobile_no",
			"whatsapp_no",
		],
	},
	# No table: it gathers what hangs on the person's profile. It is erased by overrides/personal_data_deletion_request.py.
	{"doctype": "Held Personal Data", "filter_by": "email", "redact_fields": ["held"]},
]
