// What a dialog's answer says of the next step.
import assert from "node:assert/strict";
import test from "node:test";

globalThis.__ = (text) => text;
const { is_said, next_values } = await import("../../crm_plus/public/js/follow_up/dialogs.js");
const VALUES = { note: "Reached", interaction_type: "Call", next_subject: "Send it", no_next_reason: "They decide" };
const SAID = { note: "Reached", interaction_type: "Call" };

test("nothing chosen says nothing of what comes next, so that the server can ask", () => {
	assert.deepEqual(next_values({}, VALUES), SAID);
	assert.deepEqual(next_values({ next: "" }, VALUES), SAID);
});

test("a time has its subject, and no reason that was typed before", () => {
	const answer = { next: "2026-11-24 09:00" };
	assert.deepEqual(next_values(answer, VALUES), { ...SAID, next_subject: "Send it", next_due_on: "2026-11-24 09:00" });
});

test("nothing has its reason, and no time", () => {
	assert.deepEqual(next_values({ next: "nothing" }, VALUES), { ...SAID, no_next_reason: "They decide" });
});

test("what is merely done is logged as nothing: a contract that was prepared is no call", () => {
	const silent = { ...VALUES, note: "  " };
	assert.equal(next_values({}, silent).interaction_type, undefined);
	assert.equal(next_values({ outcome: "Reached" }, silent).interaction_type, "Call");
	assert.equal(is_said({}, { note: undefined }), false);
	assert.equal(is_said({}, { note: "He wants two" }), true);
});
