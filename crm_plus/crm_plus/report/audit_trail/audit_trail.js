frappe.query_reports["Audit Trail"] = crm_plus.reports.define({
	only: [],
	filters: [
		{
			fieldname: "from_date",
			label: __("From Date"),
			fieldtype: "Date",
			default: frappe.datetime.add_days(frappe.datetime.get_today(), -7),
		},
		{ fieldname: "to_date", label: __("To Date"), fieldtype: "Date", default: frappe.datetime.get_today() },
		{ fieldname: "user", label: __("Who"), fieldtype: "Link", options: "User" },
		{
			fieldname: "action",
			label: __("What"),
			fieldtype: "Select",
			options: ["", "Changed", "Moved", "Viewed", "Exported or Printed", "Deleted", "Signed In or Out"],
		},
		{ fieldname: "doctype", label: __("Record Type"), fieldtype: "Link", options: "DocType" },
		{ fieldname: "name", label: __("Record"), fieldtype: "Data" },
	],
});
