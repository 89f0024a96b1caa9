frappe.query_reports["Response Time"] = crm_plus.reports.define({
	months: [2, 0],
	group_by: ["Person", "Team", "Type", "Hour"],
	filters: [
		{
			fieldname: "company",
			label: __("Working Days Of"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
			description: __("Customers write to no company: all of them are counted, in the working days of this one."),
		},
		{ fieldname: "target", label: __("Target in Hours"), fieldtype: "Float", default: 24 },
		{
			fieldname: "every_day",
			label: __("Count Holidays Too"),
			fieldtype: "Check",
			description: __("Otherwise only days on which the company works count."),
		},
		{
			fieldname: "interaction_type",
			label: __("Interaction Type"),
			fieldtype: "Link",
			options: "Interaction Type",
		},
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: ["Figures", "All", "In Time", "Late", "Still Ahead", "Answered", "Waiting"].map((value) => ({
				value,
				label: __(value),
			})),
			default: "Figures",
		},
		{ fieldname: "behind", label: __("Only the Group"), fieldtype: "Data" },
	],
	only: ["owner", "team"],
});
