const API = "crm_plus.api.outreach";
const FINAL = ["Sending", "Sent", "Cancelled"];
const CONTENT = ["segment", "email_account", "email_template", "subject", "message"];

frappe.ui.form.on("Outreach", {
	setup(frm) {
		frm.set_query("email_account", () => ({ query: `${API}.senders` }));
	},

	refresh(frm) {
		const is_final = FINAL.includes(frm.doc.status);
		CONTENT.forEach((field) => frm.set_df_property(field, "read_only", is_final ? 1 : 0));
		frm.toggle_display("recipients_section", is_final);
		frm.toggle_display("approval_section", Boolean(frm.doc.approved_by || is_final));
		if (frm.is_new() || !frm.perm[0]?.write) return is_final && show_progress(frm);
		const may_go = frm.doc.status === "Approved" || (frm.doc.status === "Draft" && !asks_a_manager());
		if (may_go) frm.add_custom_button(__("Send"), () => send(frm)).addClass("btn-primary");
		frm.add_custom_button(__("Send Me a Test"), () => send_test(frm));
		if (frm.doc.status === "Sending") frm.add_custom_button(__("Cancel Sending"), () => cancel(frm));
		if (is_final) show_progress(frm);
	},

	async email_template(frm) {
		if (!frm.doc.email_template) return;
		const template = await frappe.db.get_doc("Email Template", frm.doc.email_template);
		await frm.set_value("subject", template.subject);
		await frm.set_value("message", template.use_html ? template.response_html : template.response);
	},
});

// Frappe sends its active workflows along with the form.
const asks_a_manager = () => Boolean(frappe.workflow.workflows.Outreach || frappe.workflow.get_state_fieldname("Outreach"));

async function send(frm) {
	if (frm.is_dirty()) await frm.save();
	const conditions = await frappe.db.get_value("Segment", frm.doc.segment, "conditions");
	const { count } = await frappe.xcall("crm_plus.api.segments.preview", {
		conditions: conditions.message.conditions || "[]",
	});
	const question = __("Send {0} to the segment {1}? It has {2} profiles that you may see.", [
		`<b>${frappe.utils.escape_html(frm.doc.subject)}</b>`,
		`<b>${frappe.utils.escape_html(frm.doc.segment)}</b>`,
		`<b>${count}</b>`,
	]);
	frappe.confirm(question, async () => {
		const number = await frappe.xcall(`${API}.send`, { outreach: frm.doc.name });
		frappe.show_alert({ message: __("On its way to {0} addresses.", [number]), indicator: "green" });
		frm.reload_doc();
	});
}

function cancel(frm) {
	frappe.confirm(__("Stop sending? Mails that are in the e-mail queue already leave all the same."), async () => {
		const number = await frappe.xcall(`${API}.cancel`, { outreach: frm.doc.name });
		frappe.show_alert({ message: __("{0} addresses will not get it.", [number]), indicator: "orange" });
		frm.reload_doc();
	});
}

async function send_test(frm) {
	if (frm.is_dirty()) await frm.save();
	const send = async ({ customer_profile }) => {
		const args = { outreach: frm.doc.name, customer_profile: customer_profile || "" };
		const address = await frappe.xcall(`${API}.send_test`, args);
		frappe.show_alert({ message: __("A test is on its way to {0}.", [address]), indicator: "green" });
	};
	const field = {
		fieldname: "customer_profile",
		fieldtype: "Link",
		options: "Customer Profile",
		label: __("As It Would Reach"),
		description: __("Left empty: the first of the segment whom you may see. Only you get the mail."),
	};
	const dialog = new frappe.ui.Dialog({
		title: __("Send Me a Test"),
		fields: [field],
		// a focused link shows its suggestions at once, and they would lie over the button
		no_focus: true,
		primary_action_label: __("Send"),
		primary_action(values) {
			dialog.hide();
			send(values);
		},
	});
	dialog.show();
}

function try_again(frm) {
	frappe.confirm(__("Send again to those whom it did not reach?"), async () => {
		const number = await frappe.xcall(`${API}.try_again`, { outreach: frm.doc.name });
		frappe.show_alert({ message: __("On its way to {0} addresses.", [number]), indicator: "green" });
		frm.reload_doc();
	});
}

const COLOURS = { Sent: "green", Waiting: "blue", Skipped: "gray", Failed: "red" };

async function show_progress(frm) {
	const { name } = frm.doc;
	const { message: rows } = await frappe.call({ method: `${API}.progress`, type: "GET", args: { outreach: name } });
	if (frm.doc.name !== name) return;
	const pill = ({ status, reason, count }) => {
		const words = [__(status), reason && __(reason)].filter(Boolean).join(": ");
		const found = $(`<a class="indicator-pill no-margin ${COLOURS[status] || "gray"}" href="#"></a>`);
		return found.text(`${count} ${words}`).css("margin-right", "8px").on("click", () => {
			frappe.set_route("List", "Outreach Recipient", { outreach: name, status, ...(reason ? { reason } : {}) });
			return false;
		});
	};
	const may_try = frm.doc.status !== "Cancelled" && frm.perm[0]?.write;
	if (may_try && rows.some((row) => row.status === "Failed")) frm.add_custom_button(__("Try Again"), () => try_again(frm));
	frm.fields_dict.recipients_html.$wrapper.empty().append(rows.map(pill));
}
