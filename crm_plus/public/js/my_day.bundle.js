import { createApp } from "vue";
import MyDay from "./my_day/MyDay.vue";
import { create_store } from "./my_day/store.js";

frappe.provide("crm_plus");

/** My Day on its Desk page: the page's head is Frappe's, what is below it is a Vue app. */
crm_plus.MyDay = class {
	constructor({ wrapper, page }) {
		this.store = create_store();
		$(wrapper).empty();
		const app = createApp(MyDay, { store: this.store });
		Object.assign(app.config.globalProperties, { __: window.__, frappe: window.frappe });
		app.mount($(wrapper).get(0));
		if (frappe.model.can_create("Follow Up")) {
			const plan = () => crm_plus.new_follow_up({ after: () => this.store.load() });
			page.set_primary_action(__("New Follow-up"), plan, "add");
		}
		page.add_menu_item(__("All My Follow-ups"), () =>
			frappe.set_route("List", "Follow Up", { assigned_to: frappe.session.user, status: "Open" })
		);
		page.add_menu_item(__("Pipeline Board"), () => frappe.set_route("pipeline-board"));
		page.add_menu_item(__("Refresh"), () => this.store.load());
	}

	/** Called each time the page is shown: what was done elsewhere meanwhile shows. */
	show() {
		frappe.route_options = null;
		return this.store.load();
	}
};
