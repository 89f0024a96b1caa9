// The charts and cards of our dashboards ask for their figures together, and are told of when they are: the server keeps them
// for their reader for some minutes. What it does not tell is asked for as Frappe does, which also says why.

import { request } from "../requests.js";

// Charts get ready one after another: so long (milliseconds) the first waits for the next, and so many go together, which the
// server's workers take side by side.
const WAITS = 30;
const TOGETHER = 6;

// Cuts what is asked for into requests; what is to be counted anew goes by itself.
export function batches(asked, size = TOGETHER) {
	const groups = [asked.filter((one) => !one.anew), asked.filter((one) => one.anew)];
	return groups.flatMap((group) => {
		const parts = Math.ceil(group.length / size);
		return Array.from({ length: parts }, (_part, number) => group.slice(number * size, (number + 1) * size));
	});
}

// What is said of the times that the shown figures are of: one time, or the first and the last; nothing of none.
export function times_words(times, clock) {
	const known = times.filter(Boolean).sort();
	if (!known.length) return "";
	const [first, last] = [clock(known[0]), clock(known[known.length - 1])];
	return first === last ? __("Figures of {0}", [first]) : __("Figures of {0} to {1}", [first, last]);
}

let waiting = [];

function send() {
	const asked = waiting;
	waiting = [];
	for (const group of batches(asked)) {
		const items = group.map(({ item }) => item);
		request("crm_plus.api.dashboards.figures", { args: { items, anew: group[0].anew ? 1 : 0 }, quiet: true }).then(
			(figures) => group.forEach(({ told }, number) => told(figures[number] || null)),
			() => group.forEach(({ told }) => told(null))
		);
	}
}

// Promises an item's figure, { answer, as_of }, or null where Frappe is to be asked.
export function figure_of(item, anew) {
	if (!waiting.length) setTimeout(send, WAITS);
	return new Promise((told) => waiting.push({ item, anew: Boolean(anew), told }));
}

// What is shown of a widget, and of when; a widget asked to refresh itself wants figures made anew, once.
export function shown_by(widget, doctype, filters) {
	const doc = widget.chart_doc || widget.card_doc;
	const anew = widget.crm_plus_anew;
	widget.crm_plus_anew = false;
	return figure_of({ doctype, name: doc.name, filters }, anew).then((figure) => {
		widget.crm_plus_as_of = figure && figure.as_of;
		$(document).trigger("crm-plus-figures");
		return figure;
	});
}

// Lets the menu's Refresh of a widget count anew; `setter` is what Frappe makes the menu with.
export function refresh_counts_anew(prototype, setter) {
	const set_actions = prototype[setter];
	prototype[setter] = function (actions) {
		for (const action of actions || []) {
			const handler = action.handler;
			if (action.action === "action-refresh")
				action.handler = (...rest) => {
					this.crm_plus_anew = true;
					return handler(...rest);
				};
		}
		return set_actions.call(this, actions);
	};
}
