frappe.query_reports["Sales Velocity"] = crm_plus.reports.define({
	months: [11, -1],
	own_fields: true,
	group_by: ["Owner", "Source", "Campaign", "Size", "Company"],
});
