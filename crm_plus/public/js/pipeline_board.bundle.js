import { createApp } from "vue";
import PipelineBoard from "./board/PipelineBoard.vue";
import { create_store } from "./board/store.js";

frappe.provide("crm_plus");

/** The Pipeline Board on its Desk page: the page's head is Frappe's, what is below it is a Vue app. */
crm_plus.PipelineBoard = class {
	constructor({ wrapper, page }) {
		this.page = page;
		this.store = create_store();
		this.store.on_new_deal = (values) => this.new_deal(values);
		$(wrapper).empty();
		const app = createApp(PipelineBoard, { store: this.store });
		Object.assign(app.config.globalProperties, { __: window.__, frappe: window.frappe });
		app.mount($(wrapper).get(0));
		this.set_actions();
		this.listen();
	}

	set_actions() {
		if (frappe.model.can_create("Deal")) {
			this.page.set_primary_action(__("New Deal"), () => this.new_deal(), "add");
		}
		this.page.add_menu_item(__("Deal List"), () =>
			frappe.set_route("List", "Deal", { pipeline: this.store.state.pipeline })
		);
		this.page.add_menu_item(__("Clear Filters"), () => this.store.clear_filters());
		this.page.add_menu_item(__("Refresh"), () => this.store.load());
	}

	/** Called each time the page is shown: the address says what it shows. */
	async show() {
		const handed_over = frappe.route_options;
		// Left there, they would become default values of the next new document.
		frappe.route_options = null;
		await this.store.open(window.location.search, handed_over);
		// A list view takes off everybody's listener.
		frappe.realtime.off("list_update", this.on_list_update);
		frappe.realtime.on("list_update", this.on_list_update);
	}

	listen() {
		this.on_list_update = (data) => {
			if (data.doctype === "Deal" && this.is_shown()) this.store.note_change(data.name);
		};
		frappe.realtime.doctype_subscribe("Deal");
	}

	is_shown() {
		return frappe.get_route()[0] === "pipeline-board";
	}

	new_deal(values = {}) {
		const { pipeline, filters } = this.store.state;
		const company = filters.company ? { company: filters.company } : {};
		frappe.new_doc("Deal", { pipeline, ...company, ...values });
	}
};
