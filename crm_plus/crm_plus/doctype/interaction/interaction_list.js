const COLOURS = { Planned: "blue", Done: "green", Cancelled: "gray", "No Show": "orange" };

frappe.listview_settings["Interaction"] = {
	hide_name_column: true,
	add_fields: ["status", "direction", "source_doctype"],
	formatters: { interaction_owner: (user, df) => crm_plus.lists.user_cell(user, df) },
	onload: (listview) => crm_plus.lists.show_columns(listview),
	primary_action: () => crm_plus.log_interaction({ after: () => crm_plus.lists.read_anew() }),
	get_indicator: (doc) => [__(doc.status), COLOURS[doc.status], `status,=,${doc.status}`],
};
