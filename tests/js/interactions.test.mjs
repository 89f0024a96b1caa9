// What the quick log offers and sends.
import assert from "node:assert/strict";
import { test } from "node:test";

import { due_on, first_type, outcomes_of, request, types_of } from "../../crm_plus/public/js/interactions/choices.js";

const OUTCOMES = [
	{ name: "Reached", types: ["Call"] },
	{ name: "Interested", types: [] },
	{ name: "Solved", types: ["Support"] },
];

test("a type offers its own outcomes and those of all", () => {
	assert.deepEqual(
		outcomes_of(OUTCOMES, "Call").map(({ name }) => name),
		["Reached", "Interested"]
	);
});

test("an outcome leaves the types that may end with it", () => {
	assert.deepEqual(types_of(["Visit", "Call"], OUTCOMES, "Reached"), ["Call"]);
	assert.deepEqual(types_of(["Visit", "Call"], OUTCOMES, "Interested"), ["Visit", "Call"]);
	assert.deepEqual(types_of(["Visit", "Call"], OUTCOMES, "Solved"), []);
	assert.deepEqual(types_of(["Visit", "Call"], OUTCOMES, ""), ["Visit", "Call"]);
});

test("the first type is the wanted one, else the last one used, else the first that is left", () => {
	const types = [{ name: "Call" }, { name: "Visit" }];
	assert.equal(first_type(types, "Visit", "Call"), "Visit");
	assert.equal(first_type(types, undefined, "Visit"), "Visit");
	assert.equal(first_type(types, "Gone", "Gone too"), "Call");
	assert.equal(first_type([], "Call", null), "");
});

test("chips are due in the morning, never on a weekend, across months and years", () => {
	assert.equal(due_on("none", "2026-11-18", ""), "");
	assert.equal(due_on("tomorrow", "2026-11-18", ""), "2026-11-19 09:00:00");
	assert.equal(due_on("tomorrow", "2026-11-20", ""), "2026-11-23 09:00:00");
	assert.equal(due_on("in_3_days", "2026-12-30", ""), "2027-01-04 09:00:00");
	assert.equal(due_on("next_week", "2028-02-25", ""), "2028-03-03 09:00:00");
	assert.equal(due_on("pick", "2026-11-18", "2026-12-01 15:00:00"), "2026-12-01 15:00:00");
	assert.equal(due_on("pick", "2026-11-18", null), "");
});

test("what is empty is not sent, and no date means no follow-up", () => {
	const state = { type: "Call", direction: "", outcome: "Reached", due_on: "" };
	const sent = request(state, { customer_profile: "P", deal: "", summary: "x", next_subject: "call" });
	assert.deepEqual(sent, {
		interaction: { customer_profile: "P", interaction_type: "Call", outcome: "Reached", summary: "x" },
		next_step: null,
		follow_up: null,
		no_next_reason: null,
	});
	const planned = request({ ...state, due_on: "2026-11-19 09:00:00", follow_up: "F" }, { next_subject: "call" });
	assert.deepEqual(planned.next_step, { due_on: "2026-11-19 09:00:00", subject: "call" });
	assert.equal(planned.follow_up, "F");
});
