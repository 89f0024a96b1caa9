frappe.pages["my-day"].on_page_load = (wrapper) => {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("My Day"), single_column: true });
	$(wrapper).addClass("my-day-page");
	wrapper.day = frappe
		.require(["my_day.bundle.css", "my_day.bundle.js"])
		.then(() => new crm_plus.MyDay({ wrapper: $(wrapper).find(".layout-main-section"), page }));
};

frappe.pages["my-day"].on_page_show = (wrapper) => {
	wrapper.day.then((day) => day.show());
};
