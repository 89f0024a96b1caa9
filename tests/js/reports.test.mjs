// The links behind a report's figures, and what a number card says of its change.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.frappe = {
	utils: {
		escape_html: (text) =>
			String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
	},
};
globalThis.__ = (text) => text;

const { cell, figure_route } = await import("../../crm_plus/public/js/reports/figures.js");
const { change_text, show_changes } = await import("../../crm_plus/public/js/reports/cards.js");
const plain = (value) => String(value);

test("text is shown, never run", () => {
	const shown = cell("<img src=x>", null, { fieldname: "group", fieldtype: "Data" }, {}, plain);
	assert.equal(shown, "&lt;img src=x&gt;");
});

test("a figure with documents behind it is a link to their list", () => {
	const column = { fieldname: "won", fieldtype: "Currency", drill: "Deal" };
	const data = { drill: { won: { status: "Won", deal_owner: "o'neil@x.example" } } };
	const shown = cell(5, null, column, data, plain);
	const figure = shown.match(/data-figure='([^']*)'/)[1].replaceAll("&quot;", '"').replaceAll("&#39;", "'");
	assert.deepEqual(figure_route(figure), {
		to: ["List", "Deal", "List"],
		filters: { status: "Won", deal_owner: "o'neil@x.example" },
	});
	assert.equal(cell(0, null, column, data, plain), "0");
});

test("a figure may lead to a report", () => {
	const figure = JSON.stringify({ report: "Deal to Cash", filters: { owner: "a" } });
	assert.deepEqual(figure_route(figure), { to: ["query-report", "Deal to Cash"], filters: { owner: "a" } });
	assert.equal(figure_route("no json"), null);
	assert.equal(figure_route("{}"), null);
});

test("a total is bold", () => {
	assert.equal(cell(1, null, { fieldname: "x", fieldtype: "Int" }, { is_total: 1 }, plain), "<b>1</b>");
});

test("a change says where it goes, and nothing where there was nothing", () => {
	assert.equal(change_text(null), null);
	assert.deepEqual(change_text(12.4), { css: "green-stat", text: "↑ 12 %" });
	assert.deepEqual(change_text(-3), { css: "red-stat", text: "↓ 3 %" });
	assert.equal(change_text(0.2).css, "grey-stat");
});

test("only a card of ours is told its change", () => {
	class Card {
		render_stats() {
			return "by Frappe";
		}
	}
	show_changes({ number_card: Card });
	show_changes({ number_card: Card });
	const found = [];
	globalThis.$ = () => ({ find: () => ({ append: (html) => found.push(html) }) });
	const card = new Card();
	for (const data of [0, 7, undefined, { value: 3 }]) {
		card.data = data;
		assert.equal(card.render_stats(), "by Frappe");
	}
	card.data = { value: 3, change: 50 };
	card.render_stats();
	assert.equal(found.length, 1);
	assert.match(found[0], /↑ 50 % against before/);
	show_changes(undefined);
});
