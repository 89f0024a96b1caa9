frappe.query_reports["Deal to Cash"] = crm_plus.reports.define({
	months: [11, -1],
	own_fields: true,
	group_by: ["Owner", "Month", "Source", "Campaign", "Customer", "Pipeline", "Company", "Size", "Deal"],
	filters: [{ fieldname: "behind", label: __("Only the Group"), fieldtype: "Data" }],
});
