// What a System Manager does for a person who asks what is held on him: a file of it, or its erasure.

const METHODS = "crm_plus.api.personal_data";

frappe.ui.form.on("Customer Profile", {
	refresh(frm) {
		const is_person = frm.doc.profile_type === "Person" && !frm.is_new();
		if (!is_person || !frappe.user.has_role("System Manager")) return;
		frm.page.add_menu_item(__("Download Personal Data"), () => download(frm));
		frm.page.add_menu_item(__("Erase Personal Data"), () => ask(frm));
	},
});

async function download(frm) {
	const args = { profile: frm.doc.name };
	const { message } = await frappe.call({ method: `${METHODS}.held`, args, type: "GET", freeze: true });
	const file = new Blob([JSON.stringify(message, null, 2)], { type: "application/json" });
	const link = document.createElement("a");
	link.href = URL.createObjectURL(file);
	link.download = `${frm.doc.name}.json`;
	link.click();
	URL.revokeObjectURL(link.href);
}

// Nothing brings it back: the name is typed, not a button pressed by mistake.
function ask(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Erase Personal Data"),
		fields: [
			{ fieldtype: "HTML", fieldname: "says" },
			{ fieldtype: "Data", fieldname: "name", label: __("Type the full name to confirm"), reqd: 1 },
		],
		primary_action_label: __("Erase"),
		async primary_action({ name }) {
			if (name.trim() !== frm.doc.full_name) {
				frappe.msgprint(__("This is not the name of this person."));
				return;
			}
			dialog.hide();
			await frappe.call({ method: `${METHODS}.erase`, args: { profile: frm.doc.name }, freeze: true });
			frm.reload_doc();
		},
	});
	dialog.get_primary_btn().removeClass("btn-primary").addClass("btn-danger");
	dialog.fields_dict.says.$wrapper.html(
		`<p>${__(
			"Names, addresses, notes, talks and files about this person go for good. Deals, amounts and ERPNext's documents stay."
		)}</p>`
	);
	dialog.show();
}
