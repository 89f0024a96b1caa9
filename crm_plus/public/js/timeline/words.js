// The timeline's words, where a translator finds them. What stands in braces is filled in by `fill`.

export const GROUPS = {
	"": __("Everything"),
	interactions: __("Interactions"),
	follow_ups: __("Follow-ups"),
	stages: __("Stage changes"),
	comments: __("Comments"),
	files: __("Files"),
	tickets: __("Tickets"),
	documents: __("All documents"),
	quotations: __("Quotations"),
	orders: __("Orders"),
	deliveries: __("Deliveries"),
	invoices: __("Invoices"),
	payments: __("Payments"),
};

const HEADLINES = {
	title: "{0}",
	moved: "{0} → {1}",
	deal_created: __("Deal created in {0}"),
	profile_created: __("Profile created: {0}"),
	commented: __("{0} commented"),
	file: __("File {0}"),
	quotation: __("Quotation {0}"),
	order: __("Sales Order {0}"),
	delivery: __("Delivery Note {0}"),
	invoice: __("Sales Invoice {0}"),
	payment: __("Payment {0}"),
	journal: __("Journal Entry {0}"),
};

/** The sentence of a headline as model.headline gives it. */
export const sentence = ([code, ...values]) => fill(HEADLINES[code], values);

// Filled in here: the Desk's own __() would take the values for HTML in some versions.
const fill = (text, values) => text.replace(/\{(\d)\}/g, (_, number) => values[number] ?? "");
