// What one does with a deal from its form: move, win, lose, snooze, reopen, quote.

import * as drafts from "../interactions/drafts.js";
import { request } from "../requests.js";
import * as competitors from "./competitors.js";

const API = "crm_plus.api.deals";
const CHANGED_MEANWHILE = "TimestampMismatchError";

/** Ask the server, which shows what it refuses, and show the deal as it stands then. */
async function call(frm, method, args) {
	try {
		await request(`${API}.${method}`, { args: { deal: frm.doc.name, ...args } });
	} catch (refused) {
		if (refused.exc_type === CHANGED_MEANWHILE) frm.reload_doc();
		throw refused;
	}
	return frm.reload_doc();
}

/** What a press of a button does; where the server refuses, its sentence was shown already. */
export const press = (act) => (given) => Promise.resolve(act(given)).catch(() => {});

/** Move to a stage; what was typed before is saved with it. */
export async function move(frm, stage) {
	if (stage.outcome === "Lost") return lose(frm, [stage]);
	if (frm.is_new()) return frm.set_value("stage", stage.name);
	if (frm.is_dirty()) {
		const before = frm.doc.stage;
		await frm.set_value("stage", stage.name);
		return frm.save().catch(() => frm.set_value("stage", before));
	}
	return call(frm, "move", { stage: stage.name, modified: frm.doc.modified });
}

export function win(frm, stages) {
	if (stages.length === 1) return move(frm, stages[0]);
	return frappe.prompt(
		stage_field(stages),
		press(({ stage }) => move(frm, stages.find((one) => one.name === stage))),
		__("Mark as Won")
	);
}

function stage_field(stages) {
	return {
		fieldname: "stage",
		fieldtype: "Select",
		label: __("Stage"),
		options: stages.map((stage) => ({ value: stage.name, label: __(stage.stage_name) })),
		default: stages[0].name,
		hidden: stages.length === 1,
		reqd: 1,
	};
}

export function lose(frm, stages) {
	const fields = [
		stage_field(stages),
		{
			fieldname: "lost_reason",
			fieldtype: "Link",
			options: "Lost Reason",
			label: __("Lost Reason"),
			default: frm.doc.lost_reason,
			get_query: () => ({ filters: { disabled: 0 } }),
			reqd: 1,
		},
		competitors.field(frm.doc.competitor),
		{ fieldname: "lost_detail", fieldtype: "Small Text", label: __("What Happened"), default: frm.doc.lost_detail },
	];
	const dialog = ask(frm, __("Why was this deal lost?"), fields, __("Mark as Lost"), (values) => {
		if (!frm.is_new() && !frm.is_dirty()) return call(frm, "move", { ...values, modified: frm.doc.modified });
		return frm.set_value(values).then(() => frm.save());
	});
	competitors.offer(dialog.fields_dict.competitor);
}

export function snooze(frm) {
	const fields = [
		{
			fieldname: "until",
			fieldtype: "Date",
			label: __("Until"),
			default: frappe.datetime.add_days(frappe.datetime.get_today(), 7),
			reqd: 1,
		},
		{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
	];
	ask(frm, __("Snooze this deal"), fields, __("Snooze"), (values) => call(frm, "snooze", values));
}

export const unsnooze = (frm) => call(frm, "unsnooze");

export function reopen(frm) {
	const fields = [{ fieldname: "note", fieldtype: "Small Text", label: __("Why is it open again?") }];
	ask(frm, __("Reopen this deal"), fields, __("Reopen"), (values) => call(frm, "reopen", values));
}

/** A dialog that stays open where the server refuses, so that nothing has to be typed twice. */
function ask(frm, title, fields, primary_action_label, act) {
	const dialog = new frappe.ui.Dialog({
		title,
		fields,
		primary_action_label,
		// Frappe has shown the server's refusal by itself.
		primary_action: (values) => Promise.resolve(act(values)).then(() => (let_go(), dialog.hide()), () => {}),
	});
	dialog.show();
	const let_go = drafts.follow(dialog, ["deal", frm.doc.name, primary_action_label]);
	return dialog;
}

export async function quote(frm) {
	if (frm.is_dirty()) await frm.save();
	const { message } = await frappe.call({
		method: `${API}.make_quotation`,
		args: { deal: frm.doc.name },
		freeze: true,
		freeze_message: __("Making the quotation"),
	});
	const [quotation] = frappe.model.sync(message);
	frappe.set_route("Form", "Quotation", quotation.name);
}

/** A lost deal is reopened first. */
export const may_quote = (frm) => frm.doc.status !== "Lost" && frappe.model.can_create("Quotation");

/** The buttons that fit the deal's status. */
export function add_buttons(frm, stages) {
	if (frm.is_new()) return;
	const of = (outcome) => stages.filter((stage) => stage.outcome === outcome && !stage.is_retired);
	const add = (label, act) => frm.add_custom_button(label, press(act));
	if (may_quote(frm)) add(__("Quotation"), () => quote(frm)).toggleClass("btn-primary", frm.doc.status === "Open");
	if (!frm.perm[0].write) return;
	if (frm.doc.status !== "Open") return void add(__("Reopen"), () => reopen(frm)).addClass("btn-primary");
	if (of("Won").length) add(__("Won"), () => win(frm, of("Won")));
	if (of("Lost").length) add(__("Lost"), () => lose(frm, of("Lost")));
	if (frm.doc.snoozed_until) add(__("End Snooze"), () => unsnooze(frm));
	else add(__("Snooze"), () => snooze(frm));
}
