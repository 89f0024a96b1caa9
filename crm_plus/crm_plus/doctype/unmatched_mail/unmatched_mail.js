frappe.ui.form.on("Unmatched Mail", {
	refresh(frm) {
		frm.disable_save();
		show_preview(frm);
		const { name, status } = frm.doc;
		const back = () => frappe.set_route("List", "Unmatched Mail");
		frm.page.set_primary_action(__("Link to…"), () => crm_plus.tray.link(name, back));
		if (frappe.model.can_create("Customer Profile") && frm.doc.address) {
			frm.add_custom_button(__("New Lead"), () => crm_plus.tray.new_profile(name, back));
		}
		if (status === "Waiting") frm.add_custom_button(__("Set Aside"), () => crm_plus.tray.set_aside(name, back));
		else frm.add_custom_button(__("Take Back"), () => crm_plus.tray.take_back(name, () => frm.reload_doc()));
	},
});

// The beginning as plain text: what a stranger wrote neither runs nor loads anything here.
function show_preview(frm) {
	const text = frm.doc.__onload?.preview || "";
	$('<div style="white-space: pre-line; max-width: 720px"></div>')
		.text(text || __("(no text)"))
		.appendTo(frm.fields_dict.preview_html.$wrapper.empty());
}
