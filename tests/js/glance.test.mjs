// What the top of a deal and of a customer says and offers on a phone.
import assert from "node:assert/strict";
import { test } from "node:test";

import { facts, next_action, reach } from "../../crm_plus/public/js/glance/model.js";

const NOW = "2026-11-22 10:00:00";
const TODAY = "2026-11-22";
const ALL = { log: true, plan: true, quote: true };
const DEAL = { doctype: "Deal", status: "Open", amount: 1000, expected_close_date: "2026-12-01" };

test("one line of what matters, and what is late", () => {
	const doc = { ...DEAL, next_follow_up_on: "2026-11-20 09:00:00", last_interaction_on: "2026-11-10 12:00:00" };
	assert.deepEqual(
		facts(doc, TODAY).map(({ key, late }) => [key, late]),
		[["amount", false], ["closes", false], ["next", true]]
	);
	assert.deepEqual(facts({ ...DEAL, amount: undefined }, TODAY).map(({ key }) => key), ["closes", "nothing"]);
	assert.deepEqual(facts({ ...DEAL, status: "Won" }, TODAY).map(({ key }) => key), ["amount"]);
	const customer = { doctype: "Customer Profile", do_not_contact: 1, last_interaction_on: "2026-11-10 12:00:00" };
	assert.deepEqual(facts(customer, TODAY).map(({ key }) => key), ["leave", "last"]);
});

test("what is due is told first, then the missing step is planned, then the offer is made", () => {
	assert.equal(next_action({ ...DEAL, next_follow_up_on: "2026-11-22 09:00:00" }, NOW, ALL), "log");
	assert.equal(next_action(DEAL, NOW, ALL), "plan");
	assert.equal(next_action({ ...DEAL, next_follow_up_on: "2026-11-30 09:00:00" }, NOW, ALL), "quote");
	assert.equal(next_action({ ...DEAL, next_follow_up_on: "2026-11-30 09:00:00" }, NOW, { log: true }), "log");
	assert.equal(next_action({ ...DEAL, status: "Won" }, NOW, ALL), "plan");
	assert.equal(next_action({ ...DEAL, status: "Lost" }, NOW, ALL), "");
	assert.equal(next_action(DEAL, NOW, {}), "");
});

test("the contact is reached before the customer, the mobile before the desk", () => {
	const contact = { mobile_no: "", phone: "+49 30 1", email_id: "a@example.com" };
	const customer = { phone: "+49 (30) 234567", email: "b@example.com" };
	assert.deepEqual(reach([contact, customer]), { phone: "tel:+49301", email: "a@example.com" });
	assert.deepEqual(reach([{ phone: "no" }, customer]), { phone: "tel:+4930234567", email: "b@example.com" });
	assert.deepEqual(reach([]), { phone: "", email: "" });
});
