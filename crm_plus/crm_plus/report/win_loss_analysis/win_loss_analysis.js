frappe.query_reports["Win Loss Analysis"] = crm_plus.reports.define({
	months: [11, -1],
	own_fields: true,
	group_by: [
		...["Lost Reason", "Competitor", "Owner", "Source", "Campaign", "Pipeline", "Company", "Size", "Month"],
		"Customer",
	],
});
