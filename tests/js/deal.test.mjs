// What a deal's form decides: amounts while typing, and the steps that the stage bar shows.
import assert from "node:assert/strict";
import { test } from "node:test";

import { known_names } from "../../crm_plus/public/js/deal/competitors.js";
import { intro } from "../../crm_plus/public/js/deal/intro.js";
import { price_row, total } from "../../crm_plus/public/js/deal/deal_value.js";
import { step_state, steps } from "../../crm_plus/public/js/deal/stage_bar.js";

const round = (value, digits) => Number(Math.round(Number(`${Number(value) || 0}e${digits}`)) + `e-${digits}`);
const priced = (row, changed) => price_row(row, changed, round);

test("a discount makes the rate", () => {
	const row = priced({ qty: 3, price_list_rate: 19.99, rate: 19.99, discount_percentage: 10 }, "discount_percentage");
	assert.deepEqual([row.rate, row.amount], [17.99, 53.97]);
});

test("a typed rate makes the discount, none where it is above the list price", () => {
	assert.equal(priced({ qty: 1, price_list_rate: 100, rate: 75, discount_percentage: 10 }, "rate").discount_percentage, 25);
	const above = priced({ qty: 1, price_list_rate: 100, rate: 120, discount_percentage: 10 }, "rate");
	assert.deepEqual([above.discount_percentage, above.amount], [0, 120]);
});

test("a discount without a list price takes the rate for it", () => {
	const row = priced({ qty: 1, rate: 100, discount_percentage: 10 }, "discount_percentage");
	assert.deepEqual([row.price_list_rate, row.rate], [100, 90]);
});

test("a quantity changes neither rate nor discount", () => {
	const row = priced({ qty: 5, price_list_rate: 100, rate: 90, discount_percentage: 10 }, "qty");
	assert.deepEqual([row.rate, row.discount_percentage, row.amount], [90, 10, 450]);
});

test("the total is the sum less the additional discount", () => {
	assert.equal(total([53.97, 100, undefined], 3, round), 149.35);
	assert.equal(total([], 3, round), 0);
});

const stage = (name, outcome = "Open", is_retired = false) => ({ name, outcome, is_retired });
const STAGES = [stage("New"), stage("Old", "Open", true), stage("Talking"), stage("Won", "Won"), stage("Lost", "Lost")];
const shown = (current) => steps(STAGES, current).map((one) => one.name);

test("retired and lost stages show only where the deal stands in them", () => {
	assert.deepEqual(shown("New"), ["New", "Talking", "Won"]);
	assert.deepEqual(shown("Old"), ["New", "Old", "Talking", "Won"]);
	assert.deepEqual(shown("Lost"), ["New", "Talking", "Won", "Lost"]);
});

test("steps behind the deal are done, unless it is lost", () => {
	const states = (current) => STAGES.map((_, index) => step_state(STAGES, index, current));
	assert.deepEqual(states("Talking"), ["done", "done", "current", "ahead", "ahead"]);
	assert.deepEqual(states("Lost"), ["ahead", "ahead", "ahead", "ahead", "current"]);
	assert.deepEqual(states(undefined), ["ahead", "ahead", "ahead", "ahead", "ahead"]);
});

test("the line above the form says what matters most", () => {
	globalThis.__ = (text, values = []) => text.replace(/\{(\d)\}/g, (_all, index) => values[index]);
	globalThis.frappe = { datetime: { str_to_user: (day) => day } };
	const said = (doc) => intro({ status: "Open", ...doc }, "2026-03-10");
	assert.equal(said({}), null);
	assert.equal(said({ snoozed_until: "2026-03-10" }), null);
	assert.equal(said({ snoozed_until: "2026-03-11", snooze_reason: "On holiday" }).text, "Snoozed until 2026-03-11: On holiday");
	assert.equal(said({ status: "Won", snoozed_until: "2026-03-11" }), null);
	assert.match(said({ snoozed_until: "2026-03-11", approval_needed: 1 }).text, /request approval/);
	assert.equal(said({ approval_needed: 1, approval_state: "Pending Approval" }).text, "This deal waits for approval.");
	assert.match(said({ approval_needed: 1, approval_state: "Rejected" }).text, /refused/);
	assert.equal(said({ approval_needed: 0, approval_state: "Rejected" }), null);
});

test("competitors are offered once each, in order, without empty ones", () => {
	const rows = ["Nordwind", " Alto ", "", null, "Nordwind", "alto"].map((competitor) => ({ competitor }));
	assert.deepEqual(known_names(rows), ["alto", "Alto", "Nordwind"]);
});
