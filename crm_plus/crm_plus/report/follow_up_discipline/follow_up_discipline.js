frappe.query_reports["Follow-up Discipline"] = crm_plus.reports.define({
	months: [2, 0],
	filters: [
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: ["People", "All", "Kept", "Late", "Missed", "Ahead", "Cancelled"].map((value) => ({
				value,
				label: __(value),
			})),
			default: "People",
		},
	],
	only: ["owner", "team"],
});
