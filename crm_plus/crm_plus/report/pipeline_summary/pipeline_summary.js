frappe.query_reports["Pipeline Summary"] = crm_plus.reports.define({
	own_fields: true,
	group_by: ["Stage", "Owner", "Source", "Campaign", "Pipeline", "Company", "Size"],
});
