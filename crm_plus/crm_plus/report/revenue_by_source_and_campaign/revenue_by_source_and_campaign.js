frappe.query_reports["Revenue by Source and Campaign"] = crm_plus.reports.define({
	months: [11, -1],
	group_by: ["Source", "Campaign", "Owner", "Pipeline", "Company", "Customer", "Deal"],
	filters: [{ fieldname: "behind", label: __("Only the Group"), fieldtype: "Data" }],
});
