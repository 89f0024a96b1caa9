frappe.ui.form.on("Follow Up", {
	setup(frm) {
		frm.set_query("deal", ({ customer_profile }) => ({
			filters: { status: "Open", ...(customer_profile ? { customer_profile } : {}) },
		}));
		frm.set_query("assigned_to", () => ({ filters: { enabled: 1, user_type: "System User" } }));
	},

	refresh(frm) {
		show_status(frm);
		if (frappe.is_mobile()) frm.page.clear_secondary_action();
		if (!frm.is_new() && frm.perm[0].write) add_buttons(frm);
		tell_rule(frm);
	},

	...Object.fromEntries(
		[
			...["repeat", "repeat_every", "repeat_week", "repeat_weekday", "repeat_ends", "repeat_until", "repeat_count"],
			...["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
			...["due_on", "recurrence", "repeat_from", "skip_holidays"],
		].map((field) => [field, (frm) => tell_rule(frm)])
	),
});

// Overdue is what the clock says now: nothing that is stored.
function show_status(frm) {
	const { status, due_on } = frm.doc;
	if (frm.is_new() || status !== "Open") return;
	const is_overdue = due_on < frappe.datetime.system_datetime();
	frm.page.set_indicator(is_overdue ? __("Overdue") : __("Open"), is_overdue ? "red" : "blue");
}

function add_buttons(frm) {
	const then_reload = (act) => () => Promise.resolve(act(frm.doc)).then((done) => done && frm.reload_doc());
	const { follow_up } = crm_plus;
	if (frm.doc.status !== "Open") {
		frm.add_custom_button(__("Reopen"), then_reload((doc) => follow_up.reopen(doc)));
		return;
	}
	frm.add_custom_button(__("Done"), then_reload(follow_up.finish)).addClass("btn-primary");
	// A phone hides the form's own buttons in its menu: the likeliest stands beside Save.
	if (frappe.is_mobile()) frm.page.set_secondary_action(__("Done"), then_reload(follow_up.finish));
	frm.add_custom_button(__("Snooze"), then_reload(follow_up.snooze));
	frm.add_custom_button(__("Hand Over"), then_reload(follow_up.delegate));
	frm.add_custom_button(__("Cancel Follow-up"), then_reload(follow_up.cancel));
}

// The rule in words while it is being chosen. What cannot be followed is said when it is saved.
function tell_rule(frm) {
	clearTimeout(frm.rule_timer);
	const { doc } = frm;
	if (!doc.repeat || !doc.due_on || doc.status !== "Open") return frm.get_field("repeat").set_description(__("Empty: once."));
	frm.rule_timer = setTimeout(async () => {
		const { message } = await frappe
			.call({ method: "crm_plus.api.follow_ups.preview", args: { values: doc }, silent: true })
			.catch(() => ({}));
		const days = (message?.next || []).map((moment) => frappe.datetime.str_to_user(moment)).join(" · ");
		const text = [message?.sentence, days && __("Next: {0}", [days])].filter(Boolean).join(" ");
		frm.get_field("repeat").set_description(frappe.utils.escape_html(text));
	}, 300);
}
