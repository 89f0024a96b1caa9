import assert from "node:assert/strict";
import test from "node:test";

import * as model from "../../crm_plus/public/js/my_day/model.js";

const WORDS = {
	later_today: "Later today",
	tomorrow: "Tomorrow",
	in_3_days: "In 3 days",
	in_a_week: "In a week",
	in_a_month: "In a month",
};
const item = (name) => ({ name });
const DAY = { overdue: [item("a")], today: [], soon: [item("b"), item("c")], missed: [item("d")] };

test("today is shown even when it is empty, the others only when they are not", () => {
	const keys = (day) => model.sections(day, {}).map((section) => section.key);
	assert.deepEqual(keys(DAY), ["overdue", "today", "soon"]);
	assert.deepEqual(keys({ overdue: [], today: [], soon: [] }), ["today"]);
});

test("late is what was due before this minute", () => {
	assert.equal(model.is_late("2026-11-23T09:00", "2026-11-23T09:01"), true);
	assert.equal(model.is_late("2026-11-23T09:00", "2026-11-23T09:00"), false);
	assert.equal(model.is_late("", "2026-11-23T09:00"), false);
});

test("a number is dialled without what people write into it", () => {
	assert.equal(model.dial("+49 (0) 30 / 123-45"), "tel:+4903012345");
	assert.equal(model.dial("030 12345 ext. 7"), "tel:03012345");
	assert.equal(model.dial("javascript:alert(1)"), "");
	assert.equal(model.dial(null), "");
});

test("days are added over months and years, and weekends give way to Monday", () => {
	assert.equal(model.add_days("2026-12-31", 1), "2027-01-01");
	assert.equal(model.add_days("2026-11-20", 1), "2026-11-23");
	assert.equal(model.add_days("2026-11-20", 1, false), "2026-11-21");
	assert.equal(model.days_between("2026-11-20", "2026-12-01"), 11);
});

test("late in the evening nothing is offered for today", () => {
	const labels = (now) => model.later_times(now, WORDS).map((one) => one.label);
	assert.equal(labels("2026-11-23T19:30")[0], "Later today");
	assert.equal(labels("2026-11-23T20:00")[0], "Tomorrow");
	for (const now of ["2026-11-23T00:10", "2026-11-23T13:59", "2026-11-23T19:59"]) {
		for (const { at } of model.later_times(now, WORDS)) assert.ok(at.replace(" ", "T") > now, `${now} ${at}`);
	}
});

test("what is done is gone from whichever list it stood in", () => {
	assert.deepEqual(model.without(DAY, "b").soon, [item("c")]);
	assert.deepEqual(model.without(DAY, "a").overdue, []);
	assert.deepEqual(model.without(DAY, "d").missed, []);
	assert.equal(DAY.overdue.length, 1);
});

test("a day has its weekday, in a language that nobody knows too", () => {
	assert.equal(model.weekday("2026-11-24", "2026-11-22", "en"), "Tue Nov 24");
	assert.equal(model.weekday("2026-11-24", "2026-11-22", "x"), model.weekday("2026-11-24", "2026-11-22", "x"));
});
