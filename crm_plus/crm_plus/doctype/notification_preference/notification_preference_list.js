frappe.listview_settings["Notification Preference"] = {
	onload(listview) {
		listview.page.add_inner_button(__("My Notifications"), () => frappe.set_route("my-notifications"));
	},
};
