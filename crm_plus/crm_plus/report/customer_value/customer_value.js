frappe.query_reports["Customer Value"] = crm_plus.reports.define({
	months: [11, -1],
	filters: [
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: ["Customers", "Cohorts", "Purchases"].map((value) => ({ value, label: __(value) })),
			default: "Customers",
		},
		{
			fieldname: "customer",
			label: __("Customer"),
			fieldtype: "Link",
			options: "Customer Profile",
			depends_on: "eval: doc.show === 'Purchases'",
		},
	],
	only: ["company", "currency", "owner", "team", "source"],
});
