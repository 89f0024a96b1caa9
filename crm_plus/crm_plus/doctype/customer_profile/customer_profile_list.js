const LIFECYCLE_COLORS = {
	Lead: "blue",
	Prospect: "purple",
	Active: "green",
	"At Risk": "orange",
	Inactive: "gray",
	Lost: "red",
};

frappe.listview_settings["Customer Profile"] = {
	add_fields: ["lifecycle_stage", "profile_type", "phone", "image"],
	hide_name_column: true,
	formatters: { profile_owner: (user, df) => crm_plus.lists.user_cell(user, df) },
	onload(listview) {
		crm_plus.lists.show_columns(listview);
		crm_plus.hand_over.offer(listview);
		crm_plus.lists.offer_log(listview, ({ name }) => ({ customer_profile: name }));
	},

	get_indicator(doc) {
		const stage = doc.lifecycle_stage;
		return [__(stage), LIFECYCLE_COLORS[stage], `lifecycle_stage,=,${stage}`];
	},
};
