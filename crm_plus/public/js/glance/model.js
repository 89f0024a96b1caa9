// What the top of a deal or a customer says on a phone, and what it offers. No Frappe: see tests/js/glance.test.mjs.

import { dial } from "../my_day/model.js";

/** The one line: [{ key, value, late }] of what is known; `today` is a day, times are the user's own. */
export function facts(doc, today) {
	const is_open = doc.doctype !== "Deal" || doc.status === "Open";
	const day = (value) => String(value || "").slice(0, 10);
	const found = [];
	const add = (key, value, late = false) => value && found.push({ key, value, late });
	if (doc.doctype === "Deal") {
		add("amount", doc.amount);
		if (is_open) add("closes", day(doc.expected_close_date), day(doc.expected_close_date) < today);
	}
	if (is_open) add("next", day(doc.next_follow_up_on), day(doc.next_follow_up_on) < today);
	if (is_open && !doc.next_follow_up_on) add("nothing", doc.doctype === "Deal");
	add("leave", doc.do_not_contact);
	// A deal's line has room for no more.
	if (doc.doctype !== "Deal") add("last", day(doc.last_interaction_on));
	return found;
}

/** What one most likely does next with a deal: say how it went, plan the next step, or make the offer. */
export function next_action(doc, now, may) {
	if (doc.status === "Lost") return "";
	if (doc.status === "Won") return may.plan && !doc.next_follow_up_on ? "plan" : "";
	if (may.log && doc.next_follow_up_on && doc.next_follow_up_on <= now) return "log";
	if (may.plan && !doc.next_follow_up_on) return "plan";
	if (may.quote) return "quote";
	return may.log ? "log" : "";
}

/** Whom one reaches: the first of these people who has a number, and the first who has an address. */
export function reach(people) {
	const phone = people.flatMap((one) => [one.mobile_no, one.phone]).map(dial).find(Boolean);
	return { phone: phone || "", email: people.map((one) => one.email_id || one.email).find(Boolean) || "" };
}
