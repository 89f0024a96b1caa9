const COLOURS = { Done: "green", Cancelled: "gray" };

frappe.listview_settings["Follow Up"] = {
	hide_name_column: true,
	add_fields: ["status", "due_on", "recurrence"],
	formatters: { assigned_to: (user, df) => crm_plus.lists.user_cell(user, df) },
	filters: [["status", "=", "Open"]],
	primary_action: () => crm_plus.new_follow_up({ after: () => crm_plus.lists.read_anew() }),

	// Overdue is what the clock says now: nothing that is stored.
	get_indicator(doc) {
		const now = frappe.datetime.system_datetime();
		if (doc.status === "Open" && doc.due_on < now) return [__("Overdue"), "red", `status,=,Open|due_on,<,${now}`];
		return [__(doc.status), COLOURS[doc.status] || "blue", `status,=,${doc.status}`];
	},

	onload(listview) {
		crm_plus.lists.show_columns(listview, "priority");
		const finish = async () => {
			const done = await crm_plus.follow_up.finish_many(listview.get_checked_items());
			if (done) crm_plus.lists.read_anew(listview);
		};
		if (frappe.model.can_write("Follow Up")) {
			listview.page.add_actions_menu_item(__("Done"), finish, false);
		}
		crm_plus.hand_over.offer(listview);
		listview.page.add_menu_item(__("Assigned to Nobody"), () => {
			frappe.set_route("List", "Follow Up", { status: "Open", assigned_to: ["is", "not set"] });
		});
		listview.page.add_menu_item(__("My Day"), () => frappe.set_route("my-day"));
	},
};
