frappe.query_reports["Funnel and Stage Conversion"] = crm_plus.reports.define({
	months: [11, -1],
	filters: [
		{
			fieldname: "behind",
			label: __("Deals That Reached"),
			fieldtype: "Link",
			options: "Pipeline Stage",
			get_query: () => ({ filters: { pipeline: frappe.query_report.get_filter_value("pipeline") || undefined } }),
		},
		{
			fieldname: "stayed_as",
			label: __("Came No Further"),
			fieldtype: "Select",
			options: ["", "Open", "Lost"].map((value) => ({ value, label: __(value) })),
		},
	],
});
