frappe.query_reports["Rotten and Slipping Deals"] = crm_plus.reports.define({
	filters: [
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: ["Rotten or Slipping", "Rotten", "Slipping"].map((value) => ({ value, label: __(value) })),
			default: "Rotten or Slipping",
		},
		{ fieldname: "stage", label: __("Stage"), fieldtype: "Link", options: "Pipeline Stage" },
		{ fieldname: "campaign", label: __("Campaign"), fieldtype: "Data" },
		{ fieldname: "behind", label: __("Only the Group"), fieldtype: "Data" },
		{ fieldname: "rows", label: __("Rows (the Largest Deals)"), fieldtype: "Int", default: 500 },
	],
});
