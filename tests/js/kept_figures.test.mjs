// How a dashboard asks for its figures: together, anew where somebody refreshes, of Frappe where the server tells nothing.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.__ = (text, values = []) => values.reduce((said, value, number) => said.replace(`{${number}}`, value), text);
globalThis.document = {};
globalThis.$ = () => ({ trigger: () => {} });
let sent = [];
let answer = ({ items }) => Promise.resolve({ message: items.map(({ name }) => ({ answer: name, as_of: `of ${name}` })) });
globalThis.frappe = {
	is_online: () => true,
	call: ({ args }) => {
		sent.push(args);
		return answer(args);
	},
};

const { batches, figure_of, refresh_counts_anew, shown_by, times_words } = await import(
	"../../crm_plus/public/js/reports/kept_figures.js"
);

test("few go together, what is counted anew by itself", () => {
	const asked = [1, 2, 3, 4, 5].map((number) => ({ number, anew: number === 3 }));
	const groups = batches(asked, 3).map((group) => group.map(({ number }) => number));
	assert.deepEqual(groups, [[1, 2, 4], [5], [3]]);
	assert.deepEqual(batches([]), []);
});

test("one time is said where all are of one, else the first and the last", () => {
	const clock = (time) => time.slice(11, 16);
	assert.equal(times_words([], clock), "");
	assert.equal(times_words([undefined, null], clock), "");
	assert.equal(times_words(["2026-11-22 10:32:05", null, "2026-11-22 10:32:59"], clock), "Figures of 10:32");
	assert.equal(times_words(["2026-11-22 10:32:05", "2026-11-22 09:58:00"], clock), "Figures of 09:58 to 10:32");
});

test("what is asked for at a time is one request, and each is told its own", async () => {
	sent = [];
	const found = await Promise.all(["a", "b"].map((name) => figure_of({ name })));
	assert.deepEqual(found, [
		{ answer: "a", as_of: "of a" },
		{ answer: "b", as_of: "of b" },
	]);
	assert.deepEqual(sent, [{ items: [{ name: "a" }, { name: "b" }], anew: 0 }]);
});

test("where the server fails or tells nothing, Frappe is to be asked", async () => {
	const before = answer;
	answer = () => Promise.resolve({ message: [null] });
	assert.equal(await figure_of({ name: "a" }), null);
	answer = () => Promise.reject({ status: 500, responseJSON: {} });
	assert.equal(await figure_of({ name: "a" }), null);
	answer = before;
});

test("a refreshed widget asks once for what is made anew, and knows of when it is", async () => {
	class Widget {
		card_doc = { name: "Won" };
		set_card_actions(actions) {
			this.actions = actions;
		}
	}
	refresh_counts_anew(Widget.prototype, "set_card_actions");
	const widget = new Widget();
	let handled = 0;
	const other = () => {};
	widget.set_card_actions([
		{ action: "action-refresh", handler: () => (handled += 1) },
		{ action: "action-edit", handler: other },
	]);
	assert.equal(widget.actions[1].handler, other);
	widget.actions[0].handler();
	assert.equal(handled, 1);
	sent = [];
	await shown_by(widget, "Number Card", { company: "" });
	assert.equal(widget.crm_plus_as_of, "of Won");
	await shown_by(widget, "Number Card", {});
	assert.deepEqual(sent, [
		{ items: [{ doctype: "Number Card", name: "Won", filters: { company: "" } }], anew: 1 },
		{ items: [{ doctype: "Number Card", name: "Won", filters: {} }], anew: 0 },
	]);
});
