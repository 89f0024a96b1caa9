// What one does with a message that matches no customer, from its form and from the list.

import { get, post } from "./server.js";

/** Ask where a message belongs, and put it there. */
export function link(name, after) {
	const dialog = new frappe.ui.Dialog({
		title: __("Link to…"),
		fields: [
			{ fieldname: "profile", fieldtype: "Link", options: "Customer Profile", label: __("Customer") },
			{
				fieldname: "deal",
				fieldtype: "Link",
				options: "Deal",
				label: __("Deal"),
				get_query: () => {
					const profile = dialog.get_value("profile");
					return profile ? { filters: { customer_profile: profile } } : {};
				},
			},
		],
		primary_action_label: __("Link"),
		async primary_action({ profile, deal }) {
			if (!profile && !deal) return;
			const target = deal ? { doctype: "Deal", name: deal } : { doctype: "Customer Profile", name: profile };
			await post("unmatched.link", { mail: name, ...target });
			dialog.hide();
			done(target.doctype, target.name, after);
		},
	});
	dialog.show();
}

/** Make a customer of whom a message is from. */
export async function new_profile(name, after) {
	const profile = await post("unmatched.new_profile", { mail: name });
	done("Customer Profile", profile, after);
}

export async function set_aside(name, after) {
	await post("unmatched.set_aside", { mail: name });
	after();
}

export async function take_back(name, after) {
	await post("unmatched.take_back", { mail: name });
	after();
}

function done(doctype, name, after) {
	const link = frappe.utils.get_form_link(doctype, name, true);
	frappe.show_alert({ message: __("Linked to {0}", [link]), indicator: "green" });
	after();
}

/** The line above the list that shows that no message is lost. */
export async function show_count(listview) {
	const count = await get("unmatched.count");
	const here = [__("{0} waiting", [count.waiting]), __("{0} set aside", [count.set_aside])];
	// Who sees some of the tray alone is told of these.
	const rest =
		count.messages === undefined
			? here
			: [__("{0} placed", [count.placed]), ...here, __("{0} to come", [count.to_come])];
	const sum = count.messages === undefined ? "" : `${__("{0} messages", [count.messages])} = `;
	listview.$mail_count = listview.$mail_count || $('<div class="text-muted small" style="padding: 8px 15px"></div>');
	listview.$mail_count.text(`${sum}${rest.join(" + ")}`).prependTo(listview.$frappe_list);
}
