const COLOURS = { Waiting: "blue", Sent: "green", Skipped: "gray", Failed: "red" };

frappe.listview_settings["Outreach Recipient"] = {
	hide_name_column: true,
	// Frappe shows a link's code where it is the title.
	formatters: {
		customer_profile: (value, _df, doc) => frappe.utils.escape_html(doc.customer_profile_full_name || value || ""),
	},
	get_indicator: ({ status }) => [__(status), COLOURS[status] || "gray", `status,=,${status}`],
};
