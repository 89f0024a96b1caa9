frappe.query_reports["Revenue by Source and Campaign"] = crm_plus.reports.define({
	months: [11, -1],
	own_fields: true,
	group_by: ["Source", "Campaign", "Owner", "Pipeline", "Company", "Customer", "Deal", "Invoice"],
	filters: [
		{
			fieldname: "dated_by",
			label: __("Dated By"),
			fieldtype: "Select",
			options: ["Invoices", "Payments"].map((value) => ({ value, label: __(value) })),
			default: "Invoices",
		},
		{ fieldname: "behind", label: __("Only the Group"), fieldtype: "Data" },
	],
});
