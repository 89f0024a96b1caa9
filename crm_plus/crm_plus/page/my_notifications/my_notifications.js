frappe.pages["my-notifications"].on_page_load = (wrapper) => {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("My Notifications"), single_column: true });
	$(wrapper).addClass("my-notifications");
	wrapper.choices = frappe
		.require(["my_notifications.bundle.css", "my_notifications.bundle.js"])
		.then(() => new crm_plus.MyNotifications($(wrapper).find(".layout-main-section"), page));
};

frappe.pages["my-notifications"].on_page_show = (wrapper) => {
	wrapper.choices.then((choices) => choices.load());
};
