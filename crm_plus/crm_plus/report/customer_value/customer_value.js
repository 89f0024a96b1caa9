frappe.query_reports["Customer Value"] = crm_plus.reports.define({
	months: [11, -1],
	filters: [
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: ["Customers", "Cohorts"].map((value) => ({ value, label: __(value) })),
			default: "Customers",
		},
	],
	only: ["company", "currency", "owner", "team", "source"],
});
