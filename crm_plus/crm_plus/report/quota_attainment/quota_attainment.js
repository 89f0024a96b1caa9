frappe.query_reports["Quota Attainment"] = crm_plus.reports.define({
	months: [2, 0],
	only: ["company", "currency", "owner", "team"],
});
