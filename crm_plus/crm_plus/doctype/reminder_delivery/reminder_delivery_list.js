const COLORS = { Waiting: "blue", Sending: "blue", Sent: "green", Failed: "orange", Dropped: "gray" };

frappe.listview_settings["Reminder Delivery"] = {
	hide_name_column: true,
	get_indicator: (doc) => [__(doc.status), COLORS[doc.status] || "red", `status,=,${doc.status}`],
	onload(listview) {
		listview.page.add_actions_menu_item(__("Send Again"), () => {
			const names = listview.get_checked_items(true);
			frappe
				.call({ method: "crm_plus.api.notifications.resend", type: "POST", args: { names } })
				.then(({ message }) => {
					frappe.show_alert({ message: __("{0} will be sent within a minute.", [message]), indicator: "green" });
					crm_plus.lists.read_anew(listview);
				});
		});
	},
};
