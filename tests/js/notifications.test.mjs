import assert from "node:assert/strict";
import { test } from "node:test";
import {
	by_group,
	can_wait,
	is_default,
	is_silent,
	notices,
	to_save,
} from "../../crm_plus/public/js/notifications/model.js";

const event = (choice, more = {}) => ({ kind: "moment", group: "Work", choice, default: { in_app: 1 }, ...more });

test("a notice that nobody would think of can still be chosen", () => {
	assert.deepEqual(notices(event({ notice_minutes: 7 })).slice(0, 4), [0, 5, 7, 10]);
	const days = notices(event({ notice_minutes: 0 }, { kind: "day" }));
	assert.ok(days.every((minutes) => minutes % 1440 === 0));
});

test("an appointment cannot wait for the morning", () => {
	assert.equal(can_wait({ kind: "appointment" }), false);
	assert.equal(can_wait({ kind: "news" }), true);
});

test("groups keep the order of their events", () => {
	const groups = by_group([{ group: "A", n: 1 }, { group: "B", n: 2 }, { group: "A", n: 3 }]);
	assert.deepEqual([...groups.keys()], ["A", "B"]);
	assert.deepEqual(groups.get("A").map((one) => one.n), [1, 3]);
});

test("what differs from the default, and what is silent", () => {
	assert.ok(is_default(event({ in_app: 1 })));
	assert.ok(!is_default(event({ in_app: 0 })));
	assert.ok(is_silent(event({ in_app: 0, email: 0 }), ["in_app", "email"]));
	assert.ok(!is_silent(event({ in_app: 0, email: 1 }), ["in_app", "email"]));
});

test("the time zone is the user's own and is not saved here", () => {
	const sent = to_save({ hours: { zone: "Europe/Berlin", quiet_from: "20:00" }, events: [event({ event: "x" })] });
	assert.deepEqual(sent, { hours: { quiet_from: "20:00" }, choices: [{ event: "x" }] });
});
