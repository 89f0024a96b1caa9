// What is asked about a follow-up. Each dialog stays open where the server refuses, so that nothing is typed twice, and
// resolves to what `send` resolved to, or to null where it was closed.

import { types_of } from "../interactions/choices.js";
import * as drafts from "../interactions/drafts.js";
import { later_times } from "../my_day/model.js";

const NOTHING = "nothing";
const OTHER = "other";

const words = () => ({
	later_today: __("Later today"),
	tomorrow: __("Tomorrow"),
	in_3_days: __("In 3 days"),
	in_a_week: __("In a week"),
	in_a_month: __("In a month"),
});

/** The user's clock as My Day's answer has it. */
export const now_on_wall = () => frappe.datetime.now_datetime().replace(" ", "T").slice(0, 16);

/** "Done, and it went like this": outcome, two lines, what comes next. `day` has outcomes, types and now. */
export function ask_answer({ item, day, send, title }) {
	const answer = {};
	const fields = [
		{ fieldname: "outcomes", fieldtype: "HTML", label: __("How did it go?") },
		{ fieldname: "note", fieldtype: "Small Text", label: __("What Came Out") },
		{
			fieldname: "interaction_type",
			fieldtype: "Select",
			label: __("Log it as"),
			options: logged_as(day.types),
			hidden: 1,
		},
		{ fieldname: "next_section", fieldtype: "Section Break" },
		{ fieldname: "times", fieldtype: "HTML" },
		{ fieldname: "next_subject", fieldtype: "Data", label: __("What"), default: item.subject, hidden: 1 },
		{ fieldname: "no_next_reason", fieldtype: "Data", label: __("Why Nothing Comes Next"), hidden: 1 },
	];
	return ask({
		about: ["answer", item.name],
		title: title || item.subject,
		fields,
		primary_action_label: __("Done"),
		on_show(dialog) {
			const outcomes = day.outcomes.map(({ name }) => ({ value: name, label: __(name) }));
			const may_log = item.customer_profile && day.types.length;
			const show_type = () => {
				const said = is_said(answer, { note: dialog.get_value("note") });
				const field = dialog.fields_dict.interaction_type;
				if (!may_log || Boolean(field.df.hidden) !== said) return;
				dialog.set_df_property("interaction_type", "hidden", said ? 0 : 1);
				// A choice that was hidden has forgotten what it began with.
				if (said && !field.get_value()) dialog.set_value("interaction_type", fitting()[0] || "");
			};
			const fitting = () => types_of(day.types, day.outcomes, answer.outcome);
			const fit_type = () => {
				const chosen = dialog.get_value("interaction_type");
				dialog.set_df_property("interaction_type", "options", logged_as(fitting()));
				if (chosen && !fitting().includes(chosen)) dialog.set_value("interaction_type", fitting()[0] || "");
			};
			const on_outcome = (value) => {
				answer.outcome = value;
				fit_type();
				show_type();
			};
			chips(dialog, "outcomes", outcomes, on_outcome, __("How did it go?"));
			dialog.fields_dict.note.$input.on("input", show_type);
			const nothing = { value: NOTHING, label: __("Nothing") };
			const on_pick = (value) => show_next(dialog, answer, value);
			times(dialog, day.now, on_pick, __("What comes next?"), [nothing]);
		},
		missing: () => answer.next === OTHER && __("Choose the day and time of what comes next."),
		send: (values) => send({ ...next_values(answer, values), outcome: answer.outcome || "" }),
	});
}

const logged_as = (types) =>
	["", ...types].map((type) => ({ value: type, label: type ? __(type) : __("Do not log it") }));

function show_next(dialog, answer, value) {
	answer.next = value;
	dialog.set_df_property("next_subject", "hidden", !value || value === NOTHING);
	dialog.set_df_property("no_next_reason", "hidden", value !== NOTHING);
	// Below the fold of a phone nobody would look for it.
	const field = { [NOTHING]: "no_next_reason", [OTHER]: "times" }[value] || (value && "next_subject");
	if (field) dialog.fields_dict[field].$wrapper.get(0).scrollIntoView({ block: "center", behavior: "smooth" });
}

/** Whether anything was said of how it went: a task that is merely done is no call. */
export const is_said = (answer, values) => Boolean(answer.outcome || String(values.note || "").trim());

/** What the answer says of the next step, as the server takes it. */
export function next_values(answer, values) {
	const said = { note: values.note };
	if (is_said(answer, values)) said.interaction_type = values.interaction_type;
	if (answer.next === NOTHING) return { ...said, no_next_reason: values.no_next_reason };
	if (!answer.next) return said;
	return { ...said, next_subject: values.next_subject, next_due_on: answer.next };
}

/** Until when a follow-up is snoozed, or what `words` ask instead: one tap, or a time of one's own. */
export function ask_time({ item, day, send, words: given }) {
	const { title, action, question } = given || {
		title: __("Snooze {0}", [item.subject]),
		action: __("Snooze"),
		question: __("Until when?"),
	};
	let until = "";
	return ask({
		about: ["time", item.name],
		title,
		fields: [{ fieldname: "times", fieldtype: "HTML" }],
		primary_action_label: action,
		on_show: (dialog) => times(dialog, day.now, (value) => (until = value), question),
		missing: () => is_untimed(until) && __("Choose a time."),
		send: () => send(until),
	});
}

/** A new follow-up in three taps: what, when, for whom; about whom too, where that is not known yet. */
export function ask_new({ values, now, send }) {
	let due_on = "";
	// The document takes the site's time.
	const to_plan = (given) => ({ ...values, ...given, due_on: due_on && frappe.datetime.convert_to_system_tz(due_on) });
	return ask({
		about: ["new", values.deal, values.customer_profile],
		title: __("New Follow-up"),
		fields: [
			{ fieldname: "subject", fieldtype: "Data", label: __("What"), reqd: 1, default: values.subject },
			{ fieldname: "times", fieldtype: "HTML" },
			...(values.deal || values.customer_profile ? [] : about_fields()),
			{ fieldname: "assigned_to", fieldtype: "Link", options: "User", label: __("For"), default: frappe.session.user },
		],
		primary_action_label: __("Plan"),
		on_show: (dialog) => times(dialog, now, (value) => (due_on = value), __("When?")),
		missing: () => is_untimed(due_on) && __("Choose when it is due."),
		send: (given) => send(to_plan(given)),
		full_form: (given) => frappe.new_doc("Follow Up", is_untimed(due_on) ? { ...values, ...given } : to_plan(given)),
	});
}

/** About whom it is; the deals are those of the chosen customer. */
const about_fields = () => [
	{ fieldname: "customer_profile", fieldtype: "Link", options: "Customer Profile", label: __("Customer") },
	{
		fieldname: "deal",
		fieldtype: "Link",
		options: "Deal",
		label: __("Deal"),
		get_query() {
			// Version 16 asks while the dialog is still made.
			const customer_profile = cur_dialog?.get_value("customer_profile");
			return { filters: { status: "Open", ...(customer_profile ? { customer_profile } : {}) } };
		},
	},
];

const is_untimed = (time) => !time || time === OTHER;

/** To whom it is handed over. */
export function ask_colleague({ item, send }) {
	return ask({
		about: ["colleague", item.name],
		title: __("Hand Over: {0}", [item.subject]),
		fields: [{ fieldname: "colleague", fieldtype: "Link", options: "User", label: __("To"), reqd: 1 }],
		primary_action_label: __("Hand Over"),
		send: (values) => send(values.colleague),
	});
}

/** Whether one is left out or the whole series ends, and why. */
export function ask_cancel({ item, send }) {
	const stop = { fieldname: "stop", fieldtype: "Check", label: __("End the whole series") };
	return ask({
		about: ["cancel", item.name],
		title: __("Cancel {0}", [item.subject]),
		fields: [...(item.recurrence ? [stop] : []), { fieldname: "reason", fieldtype: "Small Text", label: __("Why") }],
		primary_action_label: __("Cancel Follow-up"),
		send: (values) => send(values),
	});
}

/**
 * `missing()` may say what is still to be chosen before anything is sent; `about` tells this question from others;
 * `full_form(values)` opens the document's own form for what a short question has no room for.
 */
function ask({ about, title, fields, primary_action_label, on_show, missing, send, full_form }) {
	const opener = document.activeElement;
	return new Promise((resolve) => {
		let answer = null;
		let is_sending = false;
		let is_gone = false;
		const submit = async (values) => {
			// A button that only looks disabled takes the second press of a double click.
			if (is_sending || answer) return;
			const wanted = missing?.();
			if (wanted) return frappe.show_alert({ message: wanted, indicator: "orange" });
			is_sending = true;
			dialog.disable_primary_action();
			try {
				answer = (await send(values)) || true;
				let_go();
				dialog.hide();
			} catch {
				// The sentence was shown.
			} finally {
				is_sending = false;
				dialog.enable_primary_action();
				if (is_gone) resolve(answer); // closed before the server had answered
			}
		};
		const dialog = new frappe.ui.Dialog({
			title: frappe.utils.escape_html(title),
			fields,
			primary_action_label,
			primary_action: submit,
			...(full_form && { secondary_action_label: __("Full Form"), secondary_action: () => open_form() }),
		});
		const open_form = () => {
			const values = dialog.get_values(true);
			let_go();
			dialog.hide();
			full_form(values);
		};
		dialog.$wrapper.addClass("crm-follow-up-dialog");
		dialog.$wrapper.on("hidden.bs.modal", () => {
			dialog.$wrapper.remove();
			opener?.focus(); // who works with the keyboard goes on where he was
			is_gone = true;
			if (!is_sending) resolve(answer);
		});
		on_show?.(dialog, submit);
		dialog.show();
		const let_go = drafts.follow(dialog, ["follow_up", ...about], chosen_in(dialog));
	});
}

/** What is chosen by the chips of a dialog, to be kept and to be chosen again. */
const chosen_in = (dialog) => ({
	read() {
		const pressed = dialog.$wrapper.find(".crm-chips button[aria-pressed=true]");
		const chips = pressed.get().map((chip) => [chip.parentNode.dataset.field, chip.dataset.value]);
		return { chips, own_time: dialog.$wrapper.find(".crm-own-time").val() || "" };
	},
	write({ chips, own_time }) {
		for (const [field, value] of chips) choose(dialog, field, value, own_time);
	},
});

/** A time that is offered no more, for it was "later today", is one of the user's own. */
function choose(dialog, field, value, own_time) {
	const $chips = dialog.$wrapper.find(`.crm-chips[data-field="${field}"] button`);
	const of = (wanted) => $chips.filter((_index, chip) => chip.dataset.value === wanted);
	if (of(value).length && value !== OTHER) return of(value).trigger("click");
	of(OTHER).trigger("click");
	const time = value === OTHER ? own_time : value.replace(" ", "T").slice(0, 16);
	dialog.$wrapper.find(".crm-own-time").val(time).trigger("input");
}

/** Choices of a time, one's own included; the telephone's own calendar asks for that. All on the user's clock. */
function times(dialog, now, on_pick, label, more = []) {
	const offered = later_times(now, words()).map((time) => ({ value: time.at, label: time.label }));
	const $own = $('<input type="datetime-local" class="form-control crm-own-time">').attr({ min: now, "aria-label": label });
	// Without a time of one's own it is only known that there is to be one.
	const own_time = () => $own.val().replace("T", " ") || OTHER;
	const pick = (value) => {
		$own.toggle(value === OTHER);
		on_pick(value === OTHER ? own_time() : value);
		if (value === OTHER) $own.trigger("focus");
	};
	chips(dialog, "times", [...offered, { value: OTHER, label: __("Another time") }, ...more], pick, label);
	$own.hide().on("input", () => on_pick(own_time()));
	dialog.fields_dict.times.$wrapper.append($own);
}

/** A row of choices of which one, or none, is taken. */
function chips(dialog, fieldname, choices, on_pick, label) {
	const $list = $('<div class="crm-chips" role="group"></div>').attr({ "aria-label": label, "data-field": fieldname });
	$('<div class="crm-chips-label"></div>').text(label).appendTo($list);
	for (const choice of choices) {
		const $chip = $('<button type="button" class="btn btn-default" aria-pressed="false"></button>').text(choice.label);
		$chip.attr("data-value", choice.value);
		$chip.on("click", () => {
			const taken = $chip.attr("aria-pressed") !== "true";
			$list.find("button").attr("aria-pressed", "false").removeClass("btn-primary").addClass("btn-default");
			if (taken) $chip.attr("aria-pressed", "true").toggleClass("btn-primary btn-default");
			on_pick(taken ? choice.value : "");
		});
		$list.append($chip);
	}
	dialog.fields_dict[fieldname].$wrapper.empty().append($list);
}
