frappe.query_reports["Sales Forecast"] = crm_plus.reports.define({
	months: [0, 5],
	filters: [{ fieldname: "compare_with", label: __("Compare With Snapshot Of"), fieldtype: "Date" }],
});
