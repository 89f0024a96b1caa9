frappe.listview_settings["Pipeline"] = {
	add_fields: ["is_default", "disabled"],
	get_indicator(doc) {
		if (doc.disabled) return [__("Disabled"), "gray", "disabled,=,1"];
		return doc.is_default ? [__("Default"), "green", "is_default,=,1"] : [__("In Use"), "blue", "disabled,=,0"];
	},
};
