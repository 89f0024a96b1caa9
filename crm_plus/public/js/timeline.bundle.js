import { createApp, reactive } from "vue";
import Timeline from "./timeline/Timeline.vue";
import { create_store } from "./timeline/store.js";

frappe.provide("crm_plus");

/** The timeline of a form: `show(frm)` whenever the form shows a record. */
crm_plus.Timeline = class {
	constructor({ wrapper, actions, finish, others }) {
		this.store = create_store();
		this.store.finish = finish;
		$(wrapper).empty();
		const app = createApp(Timeline, { store: this.store, actions, others: reactive(others) });
		Object.assign(app.config.globalProperties, { __: window.__, frappe: window.frappe });
		app.mount($(wrapper).get(0));
	}

	show(doctype, name) {
		return this.store.open(doctype, name);
	}

	note_change() {
		this.store.note_change();
	}
};
