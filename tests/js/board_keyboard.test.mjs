import assert from "node:assert/strict";
import { test } from "node:test";
import { first_card, heir, next_card, read_key } from "../../crm_plus/public/js/board/keyboard.js";

const columns = [
	{ cards: [{ name: "A1" }, { name: "A2" }, { name: "A3" }] },
	{ cards: [] },
	{ cards: [{ name: "C1" }] },
];

test("arrows go from card to card and over empty columns", () => {
	assert.equal(next_card(columns, "A1", read_key({ key: "ArrowDown" })), "A2");
	assert.equal(next_card(columns, "A3", read_key({ key: "ArrowDown" })), "A3");
	assert.equal(next_card(columns, "A1", read_key({ key: "ArrowUp" })), "A1");
	assert.equal(next_card(columns, "A3", read_key({ key: "ArrowRight" })), "C1");
	assert.equal(next_card(columns, "C1", read_key({ key: "ArrowLeft" })), "A1");
	assert.equal(next_card(columns, "C1", read_key({ key: "ArrowRight" })), "C1");
	assert.equal(next_card(columns, "A2", read_key({ key: "End" })), "A3");
	assert.equal(next_card(columns, "A2", read_key({ key: "Home" })), "A1");
	assert.equal(next_card(columns, "gone", read_key({ key: "ArrowDown" })), "A1");
});

test("Shift and an arrow move the deal, M asks where to, Enter opens it", () => {
	assert.deepEqual(read_key({ key: "ArrowRight", shiftKey: true }), { move: 1 });
	assert.deepEqual(read_key({ key: "ArrowLeft", shiftKey: true }), { move: -1 });
	assert.deepEqual(read_key({ key: "m" }), { choose: true });
	assert.deepEqual(read_key({ key: "M", shiftKey: true }), { choose: true });
	assert.deepEqual(read_key({ key: "Enter" }), { open: true });
});

test("where text runs from right to left, so do the columns", () => {
	assert.deepEqual(read_key({ key: "ArrowLeft", shiftKey: true }, true), { move: 1 });
	assert.deepEqual(read_key({ key: "ArrowRight" }, true), { focus: "column", step: -1 });
});

test("the browser's and the Desk's own shortcuts are left alone", () => {
	assert.equal(read_key({ key: "ArrowLeft", altKey: true }), null);
	assert.equal(read_key({ key: "m", ctrlKey: true }), null);
	assert.equal(read_key({ key: "Enter", metaKey: true }), null);
	assert.equal(read_key({ key: "ArrowDown", shiftKey: true }), null);
	assert.equal(read_key({ key: "x" }), null);
});

test("the focus goes to a neighbour when a card leaves", () => {
	assert.equal(heir(columns, "A2"), "A3");
	assert.equal(heir(columns, "A3"), "A2");
	assert.equal(heir(columns, "C1"), "A1");
	assert.equal(heir(columns, null), "A1");
	assert.equal(first_card([{ cards: [] }]), null);
});
