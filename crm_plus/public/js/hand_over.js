// Give records to somebody else: the checked rows of a list, or the whole book of somebody who leaves.

import * as drafts from "./interactions/drafts.js";

frappe.provide("crm_plus.hand_over");

const METHODS = "crm_plus.api.hand_over";
const MANAGERS = ["Sales Manager", "System Manager"];

const escape = (text) => frappe.utils.escape_html(String(text ?? ""));

/** Offer "Hand Over" among the actions of a list. */
export function offer(listview) {
	if (!crm_plus.lists.is_list(listview) || !frappe.model.can_write(listview.doctype)) return;
	listview.page.add_actions_menu_item(__("Hand Over"), () => reassign(listview), false);
}

function user_field(label) {
	return { fieldtype: "Link", fieldname: "user", options: "User", label, reqd: 1, filters: { enabled: 1 } };
}

function reassign(listview) {
	const rows = listview.get_checked_items();
	const names = rows.map((row) => row.name);
	const title_field = frappe.get_meta(listview.doctype).title_field || "name";
	const titles = Object.fromEntries(rows.map((row) => [row.name, row[title_field]]));
	const many = __("{0} records", [names.length]);
	const dialog = new frappe.ui.Dialog({
		title: __("Hand Over: {0}", [many]),
		fields: [user_field(__("New Owner"))],
		primary_action_label: __("Hand Over"),
		primary_action: async ({ user }) => {
			const args = { doctype: listview.doctype, names: JSON.stringify(names), successor: user };
			const { message } = await frappe.call({ method: `${METHODS}.reassign`, args, freeze: true });
			let_go();
			dialog.hide();
			show(message, titles);
			listview.clear_checked_items();
			crm_plus.lists.read_anew(listview);
		},
	});
	dialog.show();
	const let_go = drafts.follow(dialog, ["give", listview.doctype, ...names]);
}

/** Ask who shall have all that a person has, one of `people` or the one who is given. */
export async function leave(people) {
	const dialog = new frappe.ui.Dialog({
		title: __("Hand Over All Records"),
		fields: [
			{ fieldtype: "Select", fieldname: "person", label: __("Of"), options: people, reqd: 1, onchange: count },
			{ fieldtype: "HTML", fieldname: "says" },
			user_field(__("To")),
		],
		primary_action_label: __("Hand Over"),
		primary_action: async ({ person, user }) => {
			const args = { person, successor: user };
			const { message } = await frappe.call({ method: `${METHODS}.leave`, args, freeze: true });
			let_go();
			dialog.hide();
			show(message);
		},
	});
	async function count() {
		const person = dialog.get_value("person");
		if (!person) return;
		const { message } = await frappe.call({ method: `${METHODS}.book`, args: { person }, type: "GET" });
		dialog.fields_dict.says.$wrapper.html(says(message));
	}
	dialog.show();
	if (people.length === 1) await dialog.set_value("person", people[0]);
	const let_go = drafts.follow(dialog, ["leave", ...people]);
}

function says(book) {
	const lines = Object.entries(book).map(([doctype, count]) => `<li>${escape(__(doctype))}: ${escape(count)}</li>`);
	const all = lines.length ? `<ul>${lines.join("")}</ul>` : `<p>${__("Nothing is left to hand over.")}</p>`;
	return `${all}<p class="text-muted">${__(
		"Assignments go along; shares and places in teams end. What is done already stays with who did it."
	)}</p>`;
}

function show(result, titles = {}) {
	if (result.run) {
		frappe.show_alert({ message: __("Handing over in the background: {0}", [result.count]), indicator: "blue" });
		return;
	}
	if (!result.left.length) {
		frappe.show_alert({ message: __("Handed over: {0}", [result.moved]), indicator: "green" });
		return;
	}
	const lines = result.left.map((row) => `<li><b>${escape(titles[row.name] || row.name)}</b>: ${escape(strip_html(row.message))}</li>`);
	frappe.msgprint({
		title: __("Handed over: {0}, left: {1}", [result.moved, result.left.length]),
		message: `<ul>${lines.join("")}</ul>`,
		indicator: "orange",
	});
}

/** A button on a form where managers, and who leads them, may hand over the records of people. */
export function add_button(frm, people, leads = false) {
	const may = leads || MANAGERS.some((role) => frappe.user.has_role(role));
	if (frm.is_new() || !people.length || !may) return;
	frm.add_custom_button(__("Hand Over All Records"), () => leave(people));
}

Object.assign(crm_plus.hand_over, { add_button, leave, offer });
