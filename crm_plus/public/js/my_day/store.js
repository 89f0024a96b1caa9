// My Day's state and what changes it. The decisions are in model.js, the requests in server.js, the questions in dialogs.js.

import { reactive } from "vue";
import { ask_answer, ask_time } from "../follow_up/dialogs.js";
import * as model from "./model.js";
import * as server from "./server.js";

export function create_store() {
	return new DayStore();
}

class DayStore {
	constructor() {
		this.state = reactive({ day: null, loading: true, problem: "", busy: "", announcement: "" });
		this.request = 0;
	}

	/** Read the day anew. An answer that a newer request has overtaken is dropped. */
	async load() {
		const request = ++this.request;
		this.state.loading = true;
		this.state.problem = "";
		try {
			const day = await server.get_day();
			if (request === this.request) this.state.day = day;
		} catch (error) {
			if (request === this.request) this.state.problem = error.message;
		}
		if (request === this.request) this.state.loading = false;
	}

	/** "Done, and it went like this": the dialog stays open where the server refuses. */
	async finish(item) {
		const done = await ask_answer({
			item,
			day: this.state.day,
			send: (answer) => server.complete(item.name, answer),
		});
		if (done) this.left(item, __("{0} is done.", [item.subject]));
	}

	async snooze(item) {
		const done = await ask_time({
			item,
			day: this.state.day,
			send: (until) => server.snooze(item.name, until),
		});
		if (done) this.left(item, __("{0} was snoozed.", [item.subject]));
	}

	/** What became of a meeting or call whose time has come: one tap. */
	async close_plan(item, status) {
		try {
			await server.close_plan(item.name, status);
		} catch {
			return; // Frappe has shown the server's sentence
		}
		const took_place = status === "Done";
		this.left(item, took_place ? __("{0} took place.", [item.subject]) : __("{0}: nobody came.", [item.subject]));
	}

	async move(item) {
		const moved = await ask_time({
			item,
			day: this.state.day,
			words: { title: __("Move {0}", [item.subject]), action: __("Move"), question: __("To when?") },
			send: (until) => server.postpone(item.name, until),
		});
		if (moved) this.left(item, __("{0} was moved.", [item.subject]));
	}

	left(item, sentence) {
		this.state.day = model.without(this.state.day, item.name);
		this.state.announcement = sentence;
		frappe.show_alert({ message: frappe.utils.escape_html(sentence), indicator: "green" });
		return this.load();
	}

	mail(item) {
		const [doctype, name] = item.deal ? ["Deal", item.deal] : ["Customer Profile", item.customer_profile];
		new frappe.views.CommunicationComposer({
			doc: { doctype, name },
			subject: item.subject || item.deal_title,
			recipients: item.customer_email,
		});
	}

	/** What was said or done, without closing anything. Back from a call, the question how it went is there already. */
	log(item, interaction_type) {
		if (!frappe.model.can_create("Interaction")) return null;
		const deal = item.deal || (item.stage && item.name);
		const { customer_profile, name, subject } = item;
		// What was promised is often what was just said: then it is done in the same step.
		const may_finish = item.due_on && this.state.day.can_write ? { name, subject } : null;
		return crm_plus.log_interaction({ customer_profile, deal, interaction_type, may_finish, after: () => this.load() });
	}

	plan(deal) {
		const { name, customer_profile } = deal;
		return crm_plus.new_follow_up({ deal: name, customer_profile, after: () => this.load() });
	}
}
