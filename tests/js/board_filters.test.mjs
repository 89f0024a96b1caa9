import assert from "node:assert/strict";
import { test } from "node:test";
import * as filters from "../../crm_plus/public/js/board/filters.js";

test("the address keeps every filter and gives it back", () => {
	const all = {
		pipeline: "Sales & Service",
		owner: "anna@example.com",
		team: "Nord/Süd",
		company: "Müller GmbH",
		period: "custom",
		from: "2026-01-01",
		to: "2026-12-31",
		text: "50% off? #1 فحص",
		state: "rotten",
	};
	assert.deepEqual(filters.filters_from_query(filters.query_from_filters(all)), all);
});

test("the address is the same whatever the order in which filters were set", () => {
	const one = filters.query_from_filters({ text: "a", pipeline: "Sales" });
	assert.equal(one, filters.query_from_filters({ pipeline: "Sales", text: "a" }));
	assert.equal(filters.query_from_filters({}), "");
});

test("what the board does not know is dropped", () => {
	const query = "?pipeline=Sales&evil=1&period=someday&state=fresh&from=2026-01-01&to=";
	assert.deepEqual(filters.filters_from_query(query), { pipeline: "Sales" });
	assert.deepEqual(filters.clean_filters({ period: "custom", from: "1.1.2026" }), { period: "custom" });
	assert.deepEqual(filters.clean_filters(null), {});
});

test("leaving the custom period forgets its dates", () => {
	const custom = { period: "custom", from: "2026-01-01", to: "2026-02-01" };
	assert.deepEqual(filters.with_filters(custom, { period: "this_month" }), { period: "this_month" });
});

test("a link wins over what was handed over, and that over what was used last; they are not mixed", () => {
	const last = { pipeline: "Renewals", owner: "me@example.com" };
	assert.deepEqual(filters.opening_filters("?team=North", { state: "rotten" }, last), { team: "North" });
	assert.deepEqual(filters.opening_filters("", { state: "rotten" }, last), { state: "rotten" });
	assert.deepEqual(filters.opening_filters("", null, last), last);
	assert.deepEqual(filters.opening_filters("?unknown=1", undefined, undefined), {});
});

test("the pipeline is no filter: it is not counted, and clearing keeps it", () => {
	const set = { pipeline: "Sales", owner: "a@example.com", period: "custom", from: "2026-01-01", text: "x" };
	assert.equal(filters.active_count(set), 3);
	assert.deepEqual(filters.cleared(set), { pipeline: "Sales" });
});
