frappe.query_reports["Lifecycle Movement"] = crm_plus.reports.define({
	months: [2, 0],
	group_by: ["Stage", "From and To", "Source", "Owner", "Territory"],
	filters: [
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: ["Figures", "Profiles", "Moves"].map((value) => ({ value, label: __(value) })),
			default: "Figures",
		},
		{ fieldname: "stood", label: __("Stood In"), fieldtype: "Data" },
		{ fieldname: "stands", label: __("Stands In"), fieldtype: "Data" },
		{ fieldname: "behind", label: __("Only the Group"), fieldtype: "Data" },
	],
	only: ["owner", "team", "source"],
});
