import assert from "node:assert/strict";
import { test } from "node:test";
import * as model from "../../crm_plus/public/js/board/model.js";

const card = (name, stage, values = {}) => ({
	name,
	stage,
	title: name,
	base_amount: 100,
	company_currency: "EUR",
	probability: 10,
	probability_overridden: 0,
	stage_entered_on: "2026-11-01 10:00:00",
	days_in_stage: 20,
	rotten: false,
	...values,
});

function column(name, cards, values = {}) {
	const amount = cards.reduce((sum, one) => sum + one.base_amount, 0);
	const weighted = cards.reduce((sum, one) => sum + (one.base_amount * one.probability) / 100, 0);
	return {
		name,
		title: name,
		outcome: "Open",
		probability: 10,
		is_retired: false,
		count: cards.length,
		rotten: cards.filter((one) => one.rotten).length,
		sums: cards.length ? [{ currency: "EUR", amount, weighted }] : [],
		cards,
		next: null,
		...values,
	};
}

const names = (columns, stage) => columns.find((one) => one.name === stage).cards.map((one) => one.name);
const of = (columns, stage) => columns.find((one) => one.name === stage);

function board() {
	return [
		column("New", [
			card("C", "New", { stage_entered_on: "2026-11-03 10:00:00" }),
			card("B", "New", { stage_entered_on: "2026-11-02 10:00:00", rotten: true }),
			card("A", "New"),
		]),
		column("Talking", [card("T", "Talking", { probability: 50 })], { probability: 50 }),
		column("Old", [card("O", "Old")], { is_retired: true }),
		column("Won", [], { outcome: "Won", probability: 100 }),
		column("Lost", [], { outcome: "Lost", probability: 0 }),
	];
}

function freeze(value) {
	Object.values(value).forEach((one) => typeof one === "object" && one && freeze(one));
	return Object.freeze(value);
}

test("a move takes the card, its count, its rotten mark and its sums along", () => {
	const moved = model.move_card(freeze(board()), "B", "Talking");
	assert.deepEqual(names(moved, "New"), ["C", "A"]);
	assert.deepEqual(names(moved, "Talking"), ["B", "T"]);
	assert.deepEqual(of(moved, "New").sums, [{ currency: "EUR", amount: 200, weighted: 20 }]);
	assert.deepEqual(of(moved, "Talking").sums, [{ currency: "EUR", amount: 200, weighted: 100 }]);
	assert.equal(of(moved, "New").rotten, 0);
	assert.equal(of(moved, "Talking").rotten, 0);
	const now = model.find_card(moved, "B").card;
	assert.deepEqual([now.stage, now.days_in_stage, now.rotten, now.probability], ["Talking", 0, false, 50]);
});

test("a probability of its own goes with the deal", () => {
	const columns = board();
	Object.assign(columns[0].cards[0], { probability: 80, probability_overridden: 1 });
	const moved = model.move_card(columns, "C", "Talking");
	assert.equal(of(moved, "Talking").sums[0].weighted, 50 + 80);
});

test("a move into an empty column or another currency opens a sum of its own", () => {
	const columns = board();
	columns[0].cards[0].company_currency = "USD";
	const moved = model.move_card(columns, "C", "Won");
	assert.deepEqual(of(moved, "Won").sums, [{ currency: "USD", amount: 100, weighted: 100 }]);
	const mixed = model.move_card(columns, "C", "Talking");
	assert.deepEqual(of(mixed, "Talking").sums.map((sum) => sum.currency), ["EUR", "USD"]);
});

test("a move to nowhere, of nobody, or to where it stands changes nothing", () => {
	const columns = board();
	assert.equal(model.move_card(columns, "C", "New"), columns);
	assert.equal(model.move_card(columns, "C", "Elsewhere"), columns);
	assert.equal(model.move_card(columns, "nobody", "Won"), columns);
});

test("undoing a refused move gives the old board, wherever the card stood", () => {
	for (const name of ["A", "B", "C"]) {
		const before = freeze(board());
		const original = model.find_card(before, name).card;
		const undone = model.undo_move(model.move_card(before, name, "Won"), original);
		assert.deepEqual(undone.map((one) => one.cards), before.map((one) => one.cards));
		assert.deepEqual(undone.map((one) => [one.count, one.rotten]), before.map((one) => [one.count, one.rotten]));
		assert.deepEqual(of(undone, "New").sums, of(before, "New").sums);
		assert.deepEqual(of(undone, "Won").sums, [{ currency: "EUR", amount: 0, weighted: 0 }]);
	}
});

test("undoing one move leaves another one, made meanwhile, alone", () => {
	const before = board();
	const both = model.move_card(model.move_card(before, "B", "Won"), "A", "Talking");
	const undone = model.undo_move(both, before[0].cards[1]);
	assert.deepEqual(names(undone, "New"), ["C", "B"]);
	assert.deepEqual(names(undone, "Talking"), ["A", "T"]);
});

test("undoing twice puts the card back once", () => {
	const before = board();
	const original = before[0].cards[1];
	const undone = model.undo_move(model.move_card(before, "B", "Won"), original);
	assert.equal(model.undo_move(undone, original), undone);
});

test("a further page adds each card once and says where the next one starts", () => {
	const page = { cards: [card("A", "New"), card("Z", "New")], next: ["2026-10-01", "Z"] };
	const columns = model.append_page(board(), "New", page);
	assert.deepEqual(names(columns, "New"), ["C", "B", "A", "Z"]);
	assert.deepEqual(of(columns, "New").next, ["2026-10-01", "Z"]);
});

test("a deal that was changed elsewhere moves, changes in its place, or goes where filters hide it", () => {
	const columns = board();
	const rows = columns.map(({ cards, next, ...row }) => row);
	const changed = model.apply_changes(columns, ["A", "B", "C", "N"], {
		columns: rows.map((row) => (row.name === "New" ? { ...row, count: 7 } : row)),
		cards: [
			card("A", "Talking", { stage_entered_on: "2026-11-20 10:00:00" }),
			card("B", "New", { stage_entered_on: "2026-11-02 10:00:00", title: "renamed" }),
			card("N", "New", { stage_entered_on: "2026-11-02 12:00:00" }),
		],
	});
	assert.deepEqual(names(changed, "New"), ["N", "B"]);
	assert.equal(model.find_card(changed, "B").card.title, "renamed");
	assert.deepEqual(names(changed, "Talking"), ["A", "T"]);
	assert.equal(of(changed, "New").count, 7);
});

test("after a move two columns are anew, and one that is no more goes", () => {
	const columns = model.move_card(board(), "A", "Talking");
	const fresh = { ...of(columns, "Talking"), count: 9, cards: undefined };
	const answer = { columns: [fresh], cards: [card("A", "Talking")], stages: ["New", "Talking"] };
	const changed = model.apply_changes(columns, ["A"], answer);
	assert.deepEqual(changed.map((one) => one.name), columns.map((one) => one.name).filter((name) => name !== "New"));
	assert.equal(of(changed, "Talking").count, 9);
	assert.ok(names(changed, "Talking").includes("A"));
	assert.deepEqual(of(changed, "Won"), of(columns, "Won"));
});

test("a changed deal behind the cards that are loaded waits for its page", () => {
	const columns = board().map((one) => (one.name === "New" ? { ...one, next: ["2026-11-01 10:00:00", "A"] } : one));
	const rows = columns.map(({ cards, next, ...row }) => row);
	const late = card("L", "New", { stage_entered_on: "2025-01-01 10:00:00" });
	const changed = model.apply_changes(columns, ["L"], { columns: rows, cards: [late] });
	assert.deepEqual(names(changed, "New"), ["C", "B", "A"]);
	assert.deepEqual(of(changed, "New").next, ["2026-11-01 10:00:00", "A"]);
});

test("the totals are those of open stages, one sum per currency", () => {
	const columns = board();
	columns[3] = column("Won", [card("W", "Won", { base_amount: 9999 })], { outcome: "Won" });
	columns[1].sums.push({ currency: "USD", amount: 5, weighted: 1 });
	assert.deepEqual(model.open_totals(columns), {
		count: 5,
		rotten: 1,
		sums: [
			{ currency: "EUR", amount: 500, weighted: 90 },
			{ currency: "USD", amount: 5, weighted: 1 },
		],
	});
	assert.equal(columns[0].sums[0].amount, 300);
});

test("a reader who may not see amounts gets no sums, and moves without them", () => {
	const columns = board().map((one) => ({
		...one,
		sums: [],
		cards: one.cards.map((it) => ({ ...it, base_amount: null })),
	}));
	assert.deepEqual(of(model.move_card(columns, "C", "Won"), "Won").sums, []);
});

test("nobody moves into a retired stage, by list or by arrow", () => {
	assert.deepEqual(model.move_targets(board(), "New").map((one) => one.name), ["Talking", "Won", "Lost"]);
	assert.equal(model.neighbour_stage(board(), "Talking", 1), "Won");
	assert.equal(model.neighbour_stage(board(), "Won", -1), "Talking");
	assert.equal(model.neighbour_stage(board(), "New", -1), null);
	assert.equal(model.neighbour_stage(board(), "Lost", 1), null);
	assert.equal(model.neighbour_stage(board(), "Elsewhere", 1), null);
});
