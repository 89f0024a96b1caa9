const as_text = (value) => frappe.utils.escape_html(value || "");

frappe.listview_settings["Stage Change"] = {
	// Version 16 shows plain text fields as HTML; what stands here may quote what somebody typed.
	formatters: { cause: as_text, from_stage: as_text, to_stage: as_text },
};
