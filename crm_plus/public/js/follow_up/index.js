// What the form and the list of follow-ups share with My Day.

import { request } from "../requests.js";
import * as dialogs from "./dialogs.js";

frappe.provide("crm_plus.follow_up");

const API = "crm_plus.api.follow_ups";
const call = (method, args) => request(`${API}.${method}`, { args });

/** What the dialogs offer: read once a page load. */
let choices = null;
async function read_choices() {
	const ordered = (doctype, filters, fields) =>
		frappe.db.get_list(doctype, { filters, fields, order_by: "position asc, name asc", limit: 0 });
	choices ||= Promise.all([
		ordered("Interaction Outcome", { disabled: 0 }, ["name", "types.interaction_type as type"]),
		ordered("Interaction Type", { disabled: 0, is_logged_by_hand: 1 }, ["name"]),
	]);
	const [limits, types] = await choices;
	return { outcomes: with_types(limits), types: types.map(({ name }) => name), now: dialogs.now_on_wall() };
}

/** Each outcome once, with the types that it is limited to. */
function with_types(limits) {
	const outcomes = new Map(limits.map(({ name }) => [name, { name, types: [] }]));
	for (const { name, type } of limits) if (type) outcomes.get(name).types.push(type);
	return [...outcomes.values()];
}

async function finish(doc) {
	const send = (answer) => call("complete", { follow_up: doc.name, answer });
	return dialogs.ask_answer({ item: doc, day: await read_choices(), send });
}

async function snooze(doc) {
	return dialogs.ask_time({
		item: doc,
		day: { now: dialogs.now_on_wall() },
		send: (until) => call("snooze", { follow_up: doc.name, until }),
	});
}

const delegate = (doc) =>
	dialogs.ask_colleague({
		item: doc,
		send: (colleague) => call("delegate", { follow_up: doc.name, colleague }),
	});

const cancel = (doc) =>
	dialogs.ask_cancel({ item: doc, send: (values) => call("cancel", { follow_up: doc.name, ...values }) });

// The sentence of a refusal was shown.
const reopen = (doc) => call("reopen", { follow_up: doc.name }).catch(() => null);

/** Plan one for a customer or a deal; `after(name)` runs when it is stored. */
async function plan({ after, ...values } = {}) {
	const send = (doc) => request("frappe.client.insert", { args: { doc: { doctype: "Follow Up", ...doc } } });
	const made = await dialogs.ask_new({ values, now: dialogs.now_on_wall(), send });
	if (!made) return null;
	frappe.show_alert({ message: __("The follow-up is planned."), indicator: "green" });
	after?.(made.name);
	return made.name;
}

/** Close several; what was refused is said by name. */
async function finish_many(docs) {
	const names = docs.map((doc) => doc.name);
	const item = { name: names.join(), subject: "" };
	const day = { ...(await read_choices()), types: [] };
	// Said by itself: no translator finds a text within a text.
	const many = __("{0} follow-ups", [docs.length]);
	const title = __("Done: {0}", [many]);
	const send = (answer) => call("complete_many", { follow_ups: names, answer });
	return tell(docs, await dialogs.ask_answer({ item, day, title, send }));
}

function tell(docs, answer) {
	if (!answer) return null;
	const { done, refused } = answer;
	if (done.length) frappe.show_alert({ message: __("{0} follow-ups were changed.", [done.length]), indicator: "green" });
	if (refused.length) {
		const subjects = Object.fromEntries(docs.map((doc) => [doc.name, doc.subject]));
		const escape = frappe.utils.escape_html;
		const lines = refused.map(({ name, sentence }) => `<li><b>${escape(subjects[name] || name)}</b>: ${escape(sentence)}</li>`);
		frappe.msgprint({ title: __("Not changed"), message: `<ul>${lines.join("")}</ul>`, indicator: "orange" });
	}
	return answer;
}

Object.assign(crm_plus.follow_up, { finish, snooze, delegate, cancel, reopen, finish_many });
crm_plus.new_follow_up = plan;
