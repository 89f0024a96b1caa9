frappe.query_reports["Sales Forecast"] = crm_plus.reports.define({
	months: [0, 5],
	filters: [
		{ fieldname: "compare_with", label: __("Compare With Snapshot Of"), fieldtype: "Date" },
		{
			fieldname: "figure",
			label: __("Behind the Figure"),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				{ value: "deals", label: __("Deals") },
				{ value: "won", label: __("Won") },
				{ value: "commit", label: __("Commit") },
				{ value: "best_case", label: __("Best Case") },
				{ value: "weighted", label: __("Weighted") },
				{ value: "open", label: __("Open") },
				{ value: "quota", label: __("Quota") },
				{ value: "attained", label: __("Attained") },
				{ value: "then", label: __("Weighted Then") },
				{ value: "said", label: __("Said by the Snapshot") },
			],
		},
		{ fieldname: "month", label: __("Month"), fieldtype: "Data", depends_on: "figure" },
	],
});
