frappe.query_reports["Forecast by History"] = crm_plus.reports.define({
	months: [0, 5],
	filters: [
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: ["Months", "Deals", "Stages", "Owners"].map((value) => ({ value, label: __(value) })),
			default: "Months",
		},
		{ fieldname: "month", label: __("Month"), fieldtype: "Data", depends_on: "eval: doc.show === 'Deals'" },
	],
});
