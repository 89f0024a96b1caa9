// "It went like this": a call, a visit, a chat logged in a few presses, with what comes next.

import { CHIPS, due_on, first_type, outcomes_of, request } from "./choices.js";
import * as drafts from "./drafts.js";
import { FilePicker } from "./file_picker.js";
import { get, post } from "./server.js";

const LAST_TYPE = "crm_plus_last_interaction_type";
let choices = null;

const LABELS = {
	none: () => __("Nothing"),
	tomorrow: () => __("Tomorrow"),
	in_3_days: () => __("In 3 days"),
	next_week: () => __("In a week"),
	pick: () => __("Another time"),
};

/**
 * Log an interaction. `given` may name customer_profile, deal, contact, interaction_type and subject; with `follow_up`, the
 * name of one that is done with it, that is closed in the same step; with `may_finish`, { name, subject }, that is asked.
 * `after(result)` runs when it is stored, and so does `done`: { interaction, follow_up } of what was made.
 */
export async function log_interaction(given = {}) {
	choices = choices || (await get("interactions.choices"));
	const known = given.deal && !given.customer_profile ? await customer_of(given.deal) : {};
	return new QuickLog({ ...known, ...given }).show();
}

const customer_of = async (deal) =>
	(await frappe.db.get_value("Deal", deal, ["customer_profile", "contact"])).message || {};

class QuickLog {
	constructor(given) {
		this.given = given;
		const last = localStorage.getItem(LAST_TYPE);
		const type = first_type(choices.types, given.interaction_type, last);
		this.state = { type, outcome: "", chip: "none", direction: given.direction || "", follow_up: given.follow_up };
		this.first_state = JSON.stringify(this.state);
	}

	show() {
		this.opener = document.activeElement;
		this.dialog = new frappe.ui.Dialog({
			title: this.given.follow_up ? __("Done: How Did It Go?") : __("Log an Interaction"),
			fields: this.fields(),
			primary_action_label: __("Save"),
			primary_action: () => this.save(),
			secondary_action_label: __("Full Form"),
			secondary_action: () => this.open_form(),
		});
		this.dialog.$wrapper.addClass("crm-quick-log").on("hidden.bs.modal", () => this.close());
		this.make_note();
		this.files = new FilePicker(this.dialog.fields_dict.files.$wrapper);
		this.dialog.show();
		this.draw();
		this.restore();
		this.name_customer();
		return this.dialog;
	}

	/** Whose it is: what is written of the wrong one is hard to find again. */
	async name_customer() {
		const { customer_profile } = this.given;
		if (!customer_profile) return;
		const about = ["Customer Profile", customer_profile];
		const name = frappe.utils.get_link_title(...about) || (await frappe.utils.fetch_link_title(...about));
		if (name) this.dialog.set_title(frappe.utils.escape_html(this.given.follow_up ? __("Done: {0}", [name]) : __("Log: {0}", [name])));
	}

	/** Bring back what was written when the page went away, and keep what is written now should it go again. */
	restore() {
		const { follow_up, deal, customer_profile } = this.given;
		this.about = [follow_up, deal, customer_profile];
		const draft = drafts.take(this.about);
		this.let_go = drafts.keep(this.about, () => this.draft());
		// The fields first: drawing fills in what is empty.
		if (draft) this.dialog.set_values(draft.fields).then(() => (this.set(draft.state), this.note.set_value(draft.summary)));
	}

	/** What was said or chosen since the dialog was opened; null where nothing was. Files have to be chosen anew. */
	draft() {
		const { summary } = this.values().interaction;
		const fields = drafts.values_of(this.dialog);
		const is_chosen = JSON.stringify(this.state) !== this.first_state || fields.picked || fields.no_next_reason;
		return summary || is_chosen ? { summary, state: this.state, fields } : null;
	}

	close() {
		this.let_go({ and_store: !this.is_settled && Boolean(this.values().interaction.summary) });
		this.dialog.$wrapper.remove();
		this.opener?.focus(); // who works with the keyboard goes on where he was
	}

	fields() {
		const { customer_profile, deal, contact, subject } = this.given;
		// Version 16 asks for it while the dialog is still made, to check the deal that is given.
		const customer = () => (this.dialog ? this.dialog.get_value("customer_profile") : customer_profile);
		const of_customer = () => ({ filters: { customer_profile: customer() || undefined } });
		return [
			{ fieldname: "types", fieldtype: "HTML" },
			...[
				{ fieldname: "customer_profile", label: __("Customer"), options: "Customer Profile", reqd: 1 },
				{ fieldname: "deal", label: __("Deal"), options: "Deal", get_query: of_customer },
			].map((field) => ({ ...field, fieldtype: "Link", default: this.given[field.fieldname] })),
			{ fieldname: "contact", fieldtype: "Data", hidden: 1, default: contact },
			{ fieldname: "subject", fieldtype: "Data", hidden: 1, default: subject },
			{ fieldname: "outcomes", fieldtype: "HTML" },
			{ fieldname: "summary", fieldtype: "HTML" },
			{ fieldname: "files", fieldtype: "HTML" },
			...this.finish_field(),
			{ fieldname: "next_section", fieldtype: "Section Break", label: __("What comes next?") },
			{ fieldname: "chips", fieldtype: "HTML" },
			{ fieldname: "picked", fieldtype: "Datetime", label: __("Due"), hidden: 1, onchange: () => this.draw_subject() },
			{ fieldname: "next_subject", fieldtype: "Data", label: __("What"), hidden: 1 },
			{ fieldname: "no_next_reason", fieldtype: "Data", label: __("Why Nothing Comes Next"), hidden: 1 },
		].map((field) =>
			["customer_profile", "deal"].includes(field.fieldname) && (customer_profile || deal)
				? { ...field, hidden: 1 }
				: field
		);
	}

	/** "This is done with it", where there is something that may be. */
	finish_field() {
		const { may_finish } = this.given;
		if (!may_finish) return [];
		const onchange = () => (this.state.follow_up = this.dialog.get_value("finished") ? may_finish.name : null);
		const label = __("Done with it: {0}", [frappe.utils.escape_html(may_finish.subject)]);
		return [{ fieldname: "finished", fieldtype: "Check", label, onchange }];
	}

	/** Two lines, in which @ tells a colleague: Frappe's own control for comments, without its frame. */
	make_note() {
		const $parent = this.dialog.fields_dict.summary.$wrapper.empty();
		$('<div class="control-label"></div>').text(__("What Was Said (@ tells a colleague)")).appendTo($parent);
		this.note = frappe.ui.form.make_control({
			...{ parent: $parent, render_input: true, only_input: true, no_wrapper: true, enable_mentions: true },
			df: { fieldtype: "Comment", fieldname: "note" },
		});
		$parent.find(".ql-editor").attr({ "aria-label": __("What Was Said"), "data-placeholder": "" });
	}

	draw() {
		const pick_type = (type) => this.set({ type, outcome: "", direction: this.given.direction || "" });
		const types = choices.types.map((type) => [type.name, __(type.name)]);
		this.buttons("types", __("Type"), types, this.state.type, pick_type);
		const outcomes = outcomes_of(choices.outcomes, this.state.type).map(({ name }) => [name, __(name)]);
		const toggle = (outcome) => this.set({ outcome: outcome === this.state.outcome ? "" : outcome });
		this.buttons("outcomes", __("Outcome"), outcomes, this.state.outcome, toggle);
		const chips = CHIPS.map(({ name }) => [name, LABELS[name]()]);
		this.buttons("chips", __("What comes next?"), chips, this.state.chip, (chip) => this.set({ chip }));
		this.dialog.set_df_property("picked", "hidden", this.state.chip === "pick" ? 0 : 1);
		this.draw_subject();
	}

	draw_subject() {
		const is_none = this.state.chip === "none";
		this.dialog.set_df_property("next_subject", "hidden", is_none ? 1 : 0);
		this.dialog.set_df_property("no_next_reason", "hidden", is_none && this.state.asks_reason ? 0 : 1);
		if (!is_none && !this.dialog.get_value("next_subject")) {
			this.dialog.set_value("next_subject", this.given.subject || __("{0} again", [__(this.state.type)]));
		}
	}

	set(changes) {
		Object.assign(this.state, changes);
		this.draw();
	}

	/** A row of buttons of which one is pressed: large enough for a thumb. */
	buttons(fieldname, label, options, chosen, choose) {
		const row = $('<div class="crm-choices" role="group"></div>').attr("aria-label", label);
		for (const [name, text] of options) {
			$('<button type="button" class="btn btn-default"></button>')
				.text(text)
				.attr({ "data-name": name, "aria-pressed": String(name === chosen) })
				.toggleClass("chosen", name === chosen)
				.on("click", () => choose(name))
				.appendTo(row);
		}
		const wrapper = this.dialog.fields_dict[fieldname].$wrapper.empty();
		if (!options.length) return;
		if (fieldname !== "chips") wrapper.append($('<div class="control-label"></div>').text(label));
		wrapper.append(row);
	}

	values() {
		const values = this.dialog.get_values(true) || {};
		const said = this.note.get_value() || "";
		const summary = strip_html(said).trim() || said.includes("<img") ? said : "";
		const picked = values.picked || "";
		const local = due_on(this.state.chip, frappe.datetime.now_date(), picked);
		// A picked time was turned into the site's by its field already.
		const due = local && this.state.chip !== "pick" ? frappe.datetime.convert_to_system_tz(local) : local;
		return request({ ...this.state, due_on: due }, { ...values, summary });
	}

	async save() {
		if (!this.dialog.get_value("customer_profile") && !this.dialog.get_value("deal")) {
			return frappe.show_alert({ message: __("Choose the customer."), indicator: "orange" });
		}
		if (this.state.chip === "pick" && !this.dialog.get_value("picked")) {
			return frappe.show_alert({ message: __("Choose the day and time of what comes next."), indicator: "orange" });
		}
		// A button that only looks disabled takes the second press of a double click.
		if (this.is_saving) return;
		this.is_saving = true;
		this.dialog.disable_primary_action();
		try {
			const result = await post("interactions.log", this.values());
			this.is_settled = true;
			drafts.forget(this.about);
			localStorage.setItem(LAST_TYPE, this.state.type);
			this.dialog.hide();
			frappe.show_alert({ message: __("Logged"), indicator: "green" });
			this.files.attach("Interaction", result.interaction);
			for (const then of [this.given.after, this.given.done]) if (typeof then === "function") then(result);
			return result;
		} catch (failed) {
			this.is_saving = false;
			if (failed?.exc_type === "NextStepNeeded") this.set({ asks_reason: true });
		} finally {
			this.dialog.enable_primary_action();
		}
	}

	/** The form takes the interaction alone: what else was chosen is stored before it opens. */
	async open_form() {
		const { interaction, next_step } = this.values();
		if (next_step || this.state.follow_up || this.files.files.length) {
			const stored = await this.save();
			if (stored?.interaction) frappe.set_route("Form", "Interaction", stored.interaction);
			return;
		}
		this.is_settled = true;
		this.dialog.hide();
		frappe.new_doc("Interaction", interaction);
	}
}
