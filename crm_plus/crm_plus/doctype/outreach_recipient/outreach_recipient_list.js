const COLOURS = { Waiting: "blue", Sent: "green", Skipped: "gray", Failed: "red" };

frappe.listview_settings["Outreach Recipient"] = {
	hide_name_column: true,
	get_indicator: ({ status }) => [__(status), COLOURS[status] || "gray", `status,=,${status}`],
};
