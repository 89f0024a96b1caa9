frappe.listview_settings["Unmatched Mail"] = {
	hide_name_column: true,
	add_fields: ["status", "reason", "direction"],
	filters: [["status", "=", "Waiting"]],
	// A stranger wrote these.
	formatters: { address: (text) => frappe.utils.escape_html(text || ""), full_name: (text) => frappe.utils.escape_html(text || "") },

	onload: (listview) => crm_plus.lists.show_columns(listview),
	refresh: (listview) => crm_plus.tray.show_count(listview),

	get_indicator(doc) {
		const colour = doc.status === "Waiting" ? (doc.reason === "Failed" ? "red" : "orange") : "gray";
		return [__(doc.status), colour, `status,=,${doc.status}`];
	},

	button: {
		show: (doc) => doc.status === "Waiting",
		get_label: () => __("Link to…"),
		// Frappe puts it between quotes as it is.
		get_description: (doc) => __("Link {0}", [frappe.utils.escape_html(doc.subject)]),
		action: (doc) => crm_plus.tray.link(doc.name, () => crm_plus.lists.read_anew()),
	},
};
