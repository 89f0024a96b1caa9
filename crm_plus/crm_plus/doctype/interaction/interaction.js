frappe.ui.form.on("Interaction", {
	setup(frm) {
		const of_customer = () => ({ filters: { customer_profile: frm.doc.customer_profile } });
		frm.set_query("interaction_type", () => ({ filters: { disabled: 0 } }));
		frm.set_query("outcome", () => ({ filters: { disabled: 0 } }));
		frm.set_query("deal", of_customer);
		frm.set_query("contact", () => ({
			query: "frappe.contacts.doctype.contact.contact.contact_query",
			filters: { link_doctype: "Customer Profile", link_name: frm.doc.customer_profile },
		}));
	},

	refresh(frm) {
		show_source(frm);
		if (frm.is_new() || !frm.perm[0].write) return;
		if (frm.doc.status === "Planned") {
			for (const status of ["Done", "No Show", "Cancelled"]) {
				frm.add_custom_button(__(status), () => frm.set_value("status", status).then(() => frm.save()), __("It Was…"));
			}
		}
		if (["Planned", "Cancelled"].includes(frm.doc.status) && frappe.model.can_email(null, frm)) {
			const label = frm.doc.status === "Planned" ? __("Invite") : __("Call Off by Mail");
			frm.add_custom_button(label, () => invite(frm));
		}
		if (frm.doc.status === "Done" && frappe.model.can_create("Follow Up")) {
			const { name: interaction, customer_profile, deal, subject } = frm.doc;
			frm.add_custom_button(__("Plan"), () => crm_plus.new_follow_up({ customer_profile, deal, interaction, subject }));
		}
	},

	deal(frm) {
		if (!frm.doc.deal || frm.doc.customer_profile) return;
		frappe.db
			.get_value("Deal", frm.doc.deal, "customer_profile")
			.then(({ message }) => frm.set_value("customer_profile", message.customer_profile));
	},

	starts_on(frm) {
		// Both on the site's clock, as a form holds its times.
		if (frm.is_new() && frm.doc.starts_on > frappe.datetime.system_datetime()) frm.set_value("status", "Planned");
	},
});

// The calendar file goes with a mail that its writer sees before it leaves.
async function invite(frm) {
	if (frm.is_dirty()) await frm.save();
	const method = "crm_plus.api.interactions.invitation";
	const { file, recipients } = await frappe.xcall(method, { interaction: frm.doc.name });
	const when = frappe.datetime.str_to_user(frappe.datetime.convert_to_user_tz(frm.doc.starts_on));
	const composer = new frappe.views.CommunicationComposer({
		...{ doc: frm.doc, frm, recipients: recipients.join(", "), attachments: [file] },
		subject: frm.doc.status === "Planned" ? frm.doc.subject : __("Called off: {0}", [frm.doc.subject]),
		message: frappe.utils.escape_html(`${frm.doc.subject}: ${when}`),
	});
	composer.dialog.$wrapper.find(`[data-file-name="${file.name}"]`).prop("checked", true);
}

// What was captured is read where it stands: its text is never copied. The times are the source's.
function show_source(frm) {
	const { source_doctype, source_name } = frm.doc;
	const wrapper = frm.fields_dict.source_html.$wrapper.empty();
	for (const field of ["starts_on", "duration", "direction", "status", "subject"]) {
		frm.set_df_property(field, "read_only", source_name ? 1 : 0);
	}
	if (!source_name) return;
	const link = frappe.utils.get_form_link(source_doctype, source_name, true, `${__(source_doctype)} ${source_name}`);
	wrapper.html(__("Captured from {0}: open it to read it.", [link]));
}
