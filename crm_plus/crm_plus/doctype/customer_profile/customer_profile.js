const HINT = (frm) => crm_plus.duplicate_hint.check(frm);

frappe.ui.form.on("Customer Profile", {
	setup(frm) {
		frm.set_query("organization", () => ({
			filters: { profile_type: "Organization", name: ["!=", frm.doc.name || ""] },
		}));
		frm.set_query("territory", () => ({ filters: { is_group: 0 } }));
	},

	refresh(frm) {
		frappe.contacts.clear_address_and_contact(frm);
		if (frm.is_new()) return;
		frappe.contacts.render_address_and_contact(frm);
		crm_plus.credit_panel.show(frm, frm.doc.name);
		add_buttons(frm);
	},

	full_name: HINT,
	email: HINT,
	phone: HINT,
	territory: HINT,
	profile_type: HINT,
});

function add_buttons(frm) {
	if (frappe.model.can_create("Deal")) {
		frm.add_custom_button(__("New Deal"), () =>
			frappe.new_doc("Deal", {
				customer_profile: frm.doc.name,
				title: frm.doc.full_name,
				source: frm.doc.source,
			})
		).addClass("btn-primary");
	}
	const is_member = frm.doc.profile_type === "Person" && frm.doc.organization;
	if (!frm.doc.erpnext_customer && !is_member && frm.perm[0].write) {
		frm.add_custom_button(__("Make Customer"), () => make_customer(frm));
	}
}

function make_customer(frm) {
	frappe.call({
		method: "crm_plus.api.profiles.make_customer",
		args: { profile: frm.doc.name },
		freeze: true,
		callback({ message: party }) {
			const link = frappe.utils.get_form_link(party.doctype, party.name, true);
			frappe.show_alert({ message: __("{0} is linked", [link]), indicator: "green" });
			frm.reload_doc();
		},
	});
}
