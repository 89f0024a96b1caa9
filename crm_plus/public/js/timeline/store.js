// What the timeline of one form shows, and what changes it.

import { reactive } from "vue";
import * as model from "./model.js";
import * as server from "./server.js";

const CHANGES_WAIT = 1200;

class TimelineStore {
	constructor() {
		this.state = reactive({
			record: { doctype: "", name: "" },
			filters: { ...model.NO_FILTERS },
			entries: [],
			next: null,
			loading: false,
			loading_more: false,
			loaded: false,
			problem: "",
			now: "",
		});
		this.request = 0;
		// How a promise is kept, asked of whoever mounts the timeline: resolves to nothing where it was not.
		this.finish = async () => null;
	}

	/** Show a record's stream; the filters of the record before are gone. */
	open(doctype, name) {
		const { record } = this.state;
		if (record.doctype === doctype && record.name === name) return this.refresh();
		Object.assign(this.state, {
			record: { doctype, name },
			filters: { ...model.NO_FILTERS },
			entries: [],
			next: null,
			loaded: false,
		});
		return this.load();
	}

	set_filters(changes) {
		const filters = { ...this.state.filters, ...changes };
		if (JSON.stringify(filters) === JSON.stringify(this.state.filters)) return;
		this.state.filters = filters;
		return this.load();
	}

	clear_filters() {
		return this.set_filters(model.NO_FILTERS);
	}

	/** Read the first page. An answer that a newer request has overtaken is dropped. */
	load() {
		this.state.loading = true;
		this.state.loading_more = false;
		return this.read(null, (page) => {
			this.state.entries = page.entries;
			this.state.next = page.next;
			this.state.loaded = true;
		}).finally(() => (this.state.loading = false));
	}

	/** Read the first page anew, and keep what was loaded behind it. */
	refresh() {
		if (!this.state.loaded) return this.load();
		if (this.state.loading || this.state.loading_more) return this.note_change();
		return this.read(null, (page) => {
			Object.assign(this.state, model.renew(this.state.entries, this.state.next, page));
		});
	}

	load_more() {
		const { state } = this;
		if (!state.next || state.loading || state.loading_more) return;
		state.loading_more = true;
		return this.read(state.next, (page) => {
			state.entries = model.append_page(state.entries, page.entries);
			state.next = page.next;
		}).finally(() => (state.loading_more = false));
	}

	async read(after, show) {
		const request = ++this.request;
		const { record, filters } = this.state;
		this.state.problem = "";
		try {
			const page = await server.get_entries({ ...record }, model.request_filters(filters), after);
			if (request !== this.request) return;
			this.state.now = here(frappe.datetime.now_datetime());
			show({ ...page, entries: page.entries.map((entry) => in_own_time(entry)) });
		} catch (error) {
			if (request === this.request) this.state.problem = error.message;
		}
	}

	/** Something was written somewhere. Many at once are one request. */
	note_change() {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.refresh(), CHANGES_WAIT);
	}
}

/** A moment of the site's time zone in the reader's own. */
function here(moment) {
	return frappe.datetime.convert_to_user_tz(moment).slice(0, 19);
}

function in_own_time(entry) {
	const stored = { ...entry, stored_at: entry.at, at: entry.at.slice(0, 19) };
	return model.has_time(stored) ? { ...stored, at: here(entry.at) } : stored;
}

export function create_store() {
	return new TimelineStore();
}
