"""Names that the standard documents are held to: fields that others rely on, DocTypes that last, roles in use."""

MODULE = "CRM Plus"

# "Names that others rely on" of the design: field, its type, and for a Select its values.
LIFECYCLE = "Lead|Prospect|Active|At Risk|Inactive|Lost"
PROMISED_FIELDS: dict[str, dict[str, str]] = {
	"Deal": {
		"title": "Data",
		"customer_profile": "Link Customer Profile",
		"contact": "Link Contact",
		"company": "Link Company",
		"pipeline": "Link Pipeline",
		"stage": "Link Pipeline Stage",
		"status": "Select Open|Won|Lost",
		"currency": "Link Currency",
		"conversion_rate": "Float",
		"amount": "Currency",
		"base_amount": "Currency",
		"probability": "Percent",
		"expected_close_date": "Date",
		"closed_on": "Datetime",
		"deal_owner": "Link User",
		"source": "Link Customer Source",
		"campaign": "Data",
		"lost_reason": "Link Lost Reason",
		"items": "Table Deal Item",
		"stage_entered_on": "Datetime",
		"last_interaction_on": "Datetime",
		"next_follow_up_on": "Datetime",
		"quoted_amount": "Currency",
		"ordered_amount": "Currency",
		"invoiced_amount": "Currency",
		"paid_amount": "Currency",
		"outstanding_amount": "Currency",
		"billing_status": "Select Not Billed|Partly Billed|Billed|Partly Paid|Paid",
	},
	"Customer Profile": {
		"profile_type": "Select Person|Organization",
		"full_name": "Data",
		"organization": "Link Customer Profile",
		"job_title": "Data",
		"lifecycle_stage": f"Select {LIFECYCLE}",
		"profile_owner": "Link User",
		"source": "Link Customer Source",
		"industry": "Link Industry Type",
		"territory": "Link Territory",
		"language": "Link Language",
		"email": "Data",
		"phone": "Data",
		"erpnext_customer": "Link Customer",
		"erpnext_lead": "Data",
		"erpnext_prospect": "Data",
		"score": "Int",
		"lifetime_value": "Currency",
		"outstanding_amount": "Currency",
		"last_purchase_on": "Date",
		"last_interaction_on": "Datetime",
		"next_follow_up_on": "Datetime",
	},
	"Interaction": {
		"interaction_type": "Link Interaction Type",
		"direction": "Select Incoming|Outgoing",
		"subject": "Data",
		"summary": "Text Editor",
		"outcome": "",
		"status": "Select Planned|Done|Cancelled|No Show",
		"starts_on": "Datetime",
		"duration": "Duration",
		"customer_profile": "Link Customer Profile",
		"deal": "Link Deal",
		"contact": "Link Contact",
		"source_doctype": "Data",
		"source_name": "Data",
	},
	"Follow Up": {
		"subject": "Data",
		"customer_profile": "Link Customer Profile",
		"deal": "Link Deal",
		"interaction": "Link Interaction",
		"assigned_to": "Link User",
		"due_on": "Datetime",
		"priority": "Select Low|Medium|High|Urgent",
		"status": "Select Open|Done|Cancelled",
		"recurrence": "",
		"completed_on": "Datetime",
	},
}
# The field that ties ERPNext's documents to a deal.
DEAL_FIELD = "crm_plus_deal"
DEAL_FIELD_ON = (
	*("Quotation", "Sales Order", "Sales Invoice", "Project"),
	*("Quotation Item", "Sales Order Item", "Sales Invoice Item"),
)

# Types that hold the same kind of value, so that a name may use any of them.
SAME_KIND = {
	"Data": {"Data", "Small Text", "Read Only", "Phone"},
	"Datetime": {"Datetime"},
	"Date": {"Date", "Datetime"},
	"Text Editor": {"Text Editor", "Small Text", "Text", "Long Text"},
	"Int": {"Int", "Float"},
	"Duration": {"Duration", "Int"},
}

# DocTypes of Frappe and ERPNext that 15 and 16 both have and that are not in the modules being retired.
LASTING_DOCTYPES = {
	*(
		"Account",
		"Address",
		"Bank Account",
		"Brand",
		"Comment",
		"Communication",
		"Company",
		"Contact",
		"Cost Center",
	),
	*(
		"Country",
		"Coupon Code",
		"Currency",
		"Customer",
		"Customer Group",
		"Delivery Note",
		"Department",
		"Designation",
	),
	*(
		"DocType",
		"Email Account",
		"Email Queue",
		"Email Template",
		"Employee",
		"Event",
		"File",
		"Fiscal Year",
	),
	*("Gender", "Holiday List", "Industry Type", "Item", "Item Group", "Item Price", "Item Tax Template"),
	*("Journal Entry", "Language", "Letter Head", "Loyalty Program", "Mode of Payment", "Module Def"),
	*(
		"Notification",
		"Notification Log",
		"Payment Entry",
		"Payment Ledger Entry",
		"Payment Request",
		"Payment Term",
	),
	*("Payment Terms Template", "Price List", "Pricing Rule", "Print Format", "Product Bundle", "Project"),
	*("Quotation", "Quotation Item", "Quotation Lost Reason", "Report", "Role", "Sales Invoice"),
	*("Sales Invoice Item", "Sales Order", "Sales Order Item", "Sales Partner", "Sales Person"),
	*("Sales Taxes and Charges Template", "Salutation", "Shipping Rule", "Subscription", "Tag", "Task"),
	*(
		"Tax Category",
		"Terms and Conditions",
		"Territory",
		"ToDo",
		"UOM",
		"Unreconcile Payment",
		"User",
		"Warehouse",
	),
	*("Web Form", "Workflow", "Workflow State"),
}

# Frappe's and ERPNext's own roles serve the people of the design; "Newsletter Manager" is the marketer.
ROLES = {
	*("System Manager", "Sales User", "Sales Manager", "Support Team", "Marketing User"),
	*("Accounts User", "Accounts Manager"),
	"Newsletter Manager",
}

# Logs are history themselves: nothing edits them, so nothing tracks their changes.
LOGS = {
	*(
		"Stage Change",
		"Reminder Delivery",
		"Score Entry",
		"Automation Run",
		"Pipeline Snapshot",
		"Segment Member",
	),
	*("Outreach Recipient", "Survey Response", "Adoption Run", "Adoption Entry", "Unmatched Mail"),
}
