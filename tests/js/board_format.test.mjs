import assert from "node:assert/strict";
import { test } from "node:test";
import { day_state, initials, join_sums, short_day, short_money } from "../../crm_plus/public/js/board/format.js";

test("amounts are short, in their currency", () => {
	assert.equal(short_money(1234567, "EUR", "en"), "€1.2M");
	assert.equal(short_money(999.4, "EUR", "en"), "€999");
	assert.equal(short_money(0, "USD", "en"), "$0");
	assert.equal(short_money(-2500, "USD", "en"), "-$2.5K");
	assert.equal(short_money(null, "EUR", "en"), "€0");
});

test("the site's decimal sign is used", () => {
	assert.equal(short_money(1234567, "EUR", "en", ","), "€1,2M");
});

test("an unknown language or currency is no reason to fail", () => {
	assert.equal(short_money(1500, "EUR", "not a language"), "€1.5K");
	assert.equal(short_money(1500, "NOT-A-CURRENCY", "en"), "NOT-A-CURRENCY 1.5K");
	assert.equal(short_money(1500, "", "en"), "1.5K");
	assert.equal(short_day("2026-11-24", "2026-11-21", "not a language"), "Nov 24");
});

test("sums in several currencies stand side by side", () => {
	const sums = [{ currency: "EUR", amount: 10 }, { currency: "USD", amount: 20 }];
	assert.equal(join_sums(sums, "amount", (value, currency) => `${currency} ${value}`), "EUR 10 + USD 20");
	assert.equal(join_sums([...sums].reverse(), "amount", (value, currency) => `${currency} ${value}`), "EUR 10 + USD 20");
	assert.equal(join_sums([], "amount", String), "");
});

test("a day is overdue, today, ahead or missing", () => {
	assert.equal(day_state("2026-11-20", "2026-11-21"), "overdue");
	assert.equal(day_state("2026-11-21 23:59:00", "2026-11-21"), "today");
	assert.equal(day_state("2026-11-22", "2026-11-21"), "ahead");
	assert.equal(day_state(null, "2026-11-21"), "none");
});

test("the year is named only where the day is far away", () => {
	assert.equal(short_day("2027-01-03", "2026-11-21", "en"), "Jan 3");
	assert.equal(short_day("2027-11-03", "2026-11-21", "en"), "Nov 3, 2027");
	assert.equal(short_day("1900-01-01", "2026-11-21", "en"), "Jan 1, 1900");
});

test("initials come from first and last name in any script", () => {
	assert.equal(initials("Anna Maria Keller"), "AK");
	assert.equal(initials("  cher "), "C");
	assert.equal(initials("李 小龙"), "李小");
	assert.equal(initials("😀 Smile"), "😀S");
	assert.equal(initials(""), "");
});
