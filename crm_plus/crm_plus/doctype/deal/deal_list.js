const COLOURS = { Open: "blue", Won: "green", Lost: "red" };
const limits = {};

frappe.listview_settings["Deal"] = {
	hide_name_column: true,
	formatters: {
		deal_owner: (user, df) => crm_plus.lists.user_cell(user, df),
		next_follow_up_on: (moment) => crm_plus.lists.day_cell(moment),
	},
	add_fields: ["status", "stage", "stage_entered_on", "snoozed_until", "currency", "customer_profile"],

	get_indicator(doc) {
		if (doc.status === "Open" && is_rotten(doc)) return [__("Rotten"), "orange", "status,=,Open"];
		return [__(doc.status), COLOURS[doc.status], `status,=,${doc.status}`];
	},

	// Days until a deal rots stand on the stage: read once for the list.
	onload(listview) {
		crm_plus.lists.show_columns(listview, "expected_close_date", { next_follow_up_on: __("Next Step") });
		crm_plus.hand_over.offer(listview);
		crm_plus.lists.offer_log(listview, ({ name, customer_profile }) => ({ deal: name, customer_profile }));
		listview.page.add_menu_item(__("No Next Step"), () => show_without_next_step(listview));
		frappe.db
			.get_list("Pipeline Stage", {
				fields: ["name", "rots_after_days"],
				filters: { rots_after_days: [">", 0], outcome: "Open" },
				limit: 0,
			})
			.then((stages) => {
				for (const stage of stages) limits[stage.name] = stage.rots_after_days;
				if (crm_plus.lists.is_list(listview) && listview.data?.length) listview.render_list();
			});
	},
};

// Open deals for which nobody has promised anything.
async function show_without_next_step(listview) {
	await listview.filter_area.clear();
	await listview.filter_area.add([
		["Deal", "status", "=", "Open"],
		["Deal", "next_follow_up_on", "is", "not set"],
	]);
}

// As rules/deal_stages.py has it.
function is_rotten(doc) {
	const today = frappe.datetime.get_today();
	if (!limits[doc.stage] || !doc.stage_entered_on || (doc.snoozed_until && today < doc.snoozed_until)) return false;
	return frappe.datetime.get_day_diff(today, doc.stage_entered_on.slice(0, 10)) > limits[doc.stage];
}
