frappe.query_reports["Customers At Risk"] = crm_plus.reports.define({
	only: ["company", "currency", "owner", "team", "source"],
});
