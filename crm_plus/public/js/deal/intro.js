// The line above a deal's form: the one thing to know before anything is done with it.

/** What the line says and its colour, null where there is nothing to say; `today` is a day as Frappe writes it. */
export function intro(doc, today) {
	if (doc.approval_state === "Pending Approval")
		return { text: __("This deal waits for approval."), color: "orange" };
	if (doc.approval_needed) {
		const rejected = doc.approval_state === "Rejected";
		const text = rejected
			? __("Approval was refused: offer less, or request approval again.")
			: __("This deal offers more than you may grant: request approval before you quote.");
		return { text, color: rejected ? "red" : "orange" };
	}
	if (doc.status !== "Open" || !doc.snoozed_until || doc.snoozed_until <= today) return null;
	const until = frappe.datetime.str_to_user(doc.snoozed_until);
	return { text: __("Snoozed until {0}: {1}", [until, doc.snooze_reason || ""]), color: "blue" };
}
