import assert from "node:assert/strict";
import { test } from "node:test";
import * as model from "../../crm_plus/public/js/timeline/model.js";

const entry = (kind, name, at, values = {}) => ({ kind, name, at, stored_at: at, ...values });
const keys = (entries) => entries.map(model.key_of);
const NOW = "2026-11-22 12:00:00";

test("the server is asked for what was chosen, and all documents are five kinds", () => {
	assert.deepEqual(model.request_filters(model.NO_FILTERS), {});
	assert.deepEqual(model.request_filters({ ...model.NO_FILTERS, group: "files", text: "a" }), { groups: ["files"], text: "a" });
	assert.equal(model.request_filters({ ...model.NO_FILTERS, group: "documents" }).groups.length, 5);
	assert.equal(model.is_filtered(model.NO_FILTERS), false);
	assert.equal(model.is_filtered({ ...model.NO_FILTERS, from: "2026-11-01" }), true);
});

test("a page is put behind the others without repeating an entry", () => {
	const first = [entry("comment", "a", NOW), entry("file", "a", NOW)];
	const next = [entry("file", "a", NOW), entry("file", "b", NOW)];
	assert.deepEqual(keys(model.append_page(first, next)), ["comment/a", "file/a", "file/b"]);
});

test("what was loaded stays when the first page is read anew", () => {
	const loaded = ["a", "b", "c", "d"].map((name) => entry("comment", name, NOW));
	const page = { entries: [entry("comment", "new", NOW), loaded[0], loaded[1]], next: ["place"] };
	const renewed = model.renew(loaded, ["older"], page);
	assert.deepEqual(keys(renewed.entries), ["comment/new", "comment/a", "comment/b", "comment/c", "comment/d"]);
	assert.deepEqual(renewed.next, ["older"]);
});

test("what no longer joins on is read again from the first page", () => {
	const loaded = [entry("comment", "a", NOW)];
	const page = { entries: [entry("comment", "x", NOW)], next: ["place"] };
	assert.deepEqual(model.renew(loaded, ["older"], page), page);
	assert.deepEqual(model.renew(loaded, ["older"], { entries: [], next: null }), { entries: [], next: null });
	const whole = { entries: loaded, next: null };
	assert.deepEqual(model.renew([...loaded, entry("comment", "gone", NOW)], ["older"], whole), whole);
});

test("entries stand under their days, in their order", () => {
	const days = model.by_day([
		entry("a", "1", "2026-11-23 08:00:00"),
		entry("a", "2", "2026-11-22 23:59:59"),
		entry("a", "3", "2026-11-22 00:00:00"),
	]);
	assert.deepEqual(days.map(({ day, entries }) => [day, entries.length]), [["2026-11-23", 1], ["2026-11-22", 2]]);
	assert.deepEqual(model.by_day([]), []);
});

test("near days have names, also over the change of the clocks", () => {
	assert.equal(model.near_day("2026-11-22", "2026-11-22"), "today");
	assert.equal(model.near_day("2026-03-30", "2026-03-29"), "tomorrow");
	assert.equal(model.near_day("2026-10-24", "2026-10-25"), "yesterday");
	assert.equal(model.near_day("2026-01-01", "2026-11-22"), "");
	assert.equal(model.long_day("2026-11-21", "2026-11-22", "en"), "Saturday, November 21");
	assert.match(model.long_day("2025-11-21", "2026-11-22", "en"), /2025/);
	assert.ok(model.long_day("2026-11-21", "2026-11-22", "not a language"));
});

test("moments are told as they lie to now", () => {
	const told = (at) => model.relative(at, NOW, "en");
	assert.equal(told("2026-11-22 11:59:30"), "this minute");
	assert.equal(told("2026-11-22 11:55:00"), "5 minutes ago");
	assert.equal(told("2026-11-22 15:00:00"), "in 3 hours");
	assert.equal(told("2026-11-21 13:00:00"), "23 hours ago");
	assert.equal(told("2026-11-21 12:00:00"), "yesterday");
	assert.equal(told("2026-11-20 23:59:00"), "2 days ago");
	assert.equal(told("2026-11-24 01:00:00"), "in 2 days");
	assert.equal(told("2026-10-01 12:00:00"), "last month");
	assert.equal(told("2023-11-22 12:00:00"), "3 years ago");
});

test("a document of a day has no time of day", () => {
	const dated = entry("invoice", "1", "2026-11-22 00:00:00");
	assert.equal(model.clock(dated), "");
	assert.equal(model.told(dated, NOW, "en"), "today");
	assert.equal(model.clock(entry("comment", "1", "2026-11-22 00:00:00")), "00:00");
	assert.equal(model.clock(entry("invoice", "1", "2026-11-22 14:05:09")), "14:05");
});

test("an entry leads to its form, its file, or its mail in place", () => {
	assert.deepEqual(model.target(entry("invoice", "SINV-1", NOW)), { form: ["Sales Invoice", "SINV-1"] });
	const mail = entry("interaction", "1", NOW, { source: "Communication", about: ["Communication", "c1"] });
	assert.deepEqual(model.target(mail), { mail: "c1" });
	assert.deepEqual(model.target(entry("interaction", "1", NOW, { source: "Event" })), { form: ["Interaction", "1"] });
	assert.deepEqual(model.target(entry("stage", "1", NOW, { about: ["Sales Order", "S-1"] })), { form: ["Sales Order", "S-1"] });
	assert.deepEqual(model.target(entry("stage", "1", NOW, { about: null })), {});
	assert.deepEqual(model.target(entry("outreach", "1", NOW, { about: ["Outreach", "OUT-1"] })), { form: ["Outreach", "OUT-1"] });
	assert.deepEqual(model.target(entry("outreach", "1", NOW, { about: null })), {});
	assert.deepEqual(model.target(entry("stage", "1", NOW, { about: [null, null] })), {});
	assert.deepEqual(model.target(entry("comment", "1", NOW)), {});
});

test("a file's address never runs as a script", () => {
	const file = (detail) => model.target(entry("file", "1", NOW, { detail }));
	assert.deepEqual(file("/private/files/a.pdf"), { file: "/private/files/a.pdf" });
	assert.deepEqual(file("https://example.com/a"), { file: "https://example.com/a" });
	for (const address of ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "", null]) {
		assert.deepEqual(file(address), {});
	}
});

test("every kind has a picture", () => {
	for (const [type, picture] of [["Call", "call"], ["E-mail", "mail"], ["WhatsApp", "chat"], ["Own type", "interaction"]]) {
		assert.equal(model.icon_of(entry("interaction", "1", NOW, { detail: type })), picture);
	}
	assert.equal(model.icon_of(entry("invoice", "1", NOW)), "document");
	assert.equal(model.icon_of(entry("stage", "1", NOW)), "stage");
	assert.equal(model.icon_of(entry("outreach", "1", NOW, { detail: "Email" })), "mail");
});

test("a state is shown where it says something, and lateness is seen", () => {
	assert.equal(model.state_of(entry("interaction", "1", NOW, { status: "Done" }), NOW), "");
	assert.equal(model.state_of(entry("interaction", "1", NOW, { status: "No Show" }), NOW), "No Show");
	assert.equal(model.state_of(entry("follow_up", "1", "2026-11-21 12:00:00", { status: "Open" }), NOW), "Overdue");
	assert.equal(model.state_of(entry("follow_up", "1", "2026-11-23 12:00:00", { status: "Open" }), NOW), "Open");
	assert.deepEqual(["Paid", "Overdue", "Draft", "Partly Paid", "Whatever"].map(model.colour), ["green", "red", "gray", "orange", "blue"]);
});

test("the first line names the document, the move, or who wrote", () => {
	assert.deepEqual(model.headline(entry("invoice", "S-1", NOW, { title: "S-1" })), ["invoice", "S-1"]);
	assert.deepEqual(model.headline(entry("stage", "1", NOW, { detail: "New", title: "Won" })), ["moved", "New", "Won"]);
	assert.deepEqual(model.headline(entry("stage", "1", NOW, { title: "New", of_deal: true })), ["deal_created", "New"]);
	assert.deepEqual(model.headline(entry("comment", "1", NOW, { who_name: "Ann" })), ["commented", "Ann"]);
	assert.deepEqual(model.headline(entry("interaction", "1", NOW, { title: "", detail: "Call" })), ["title", "Call"]);
	const mail = { who_name: "Ann", direction: "Incoming" };
	assert.equal(model.who_of(entry("message", "1", NOW, mail)), "");
	assert.equal(model.who_of(entry("interaction", "1", NOW, mail)), "Ann");
	assert.equal(model.outcome_of(entry("stage", "1", NOW, { outcome: "Created" })), "");
	assert.equal(model.outcome_of(entry("stage", "1", NOW, { outcome: "Manual" })), "Manual");
});
