frappe.query_reports["Lead Source Quality"] = crm_plus.reports.define({
	months: [11, -1],
	group_by: ["Source", "Campaign", "Owner", "Territory", "Month", "Customer"],
	filters: [{ fieldname: "behind", label: __("Only the Group"), fieldtype: "Data" }],
});
