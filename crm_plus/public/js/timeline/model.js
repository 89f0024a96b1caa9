// What the timeline decides: pages put together, days and their names, what an entry says. No Frappe: the caller hands in
// clock, language and words. Moments are "YYYY-MM-DD HH:MM:SS" in the reader's own time zone.
// See tests/js/timeline_model.test.mjs.

const DOCUMENTS = ["quotations", "orders", "deliveries", "invoices", "payments"];
export const NO_FILTERS = { group: "", who: "", from: "", to: "", text: "" };

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
	[365, "year"],
	[30, "month"],
	[7, "week"],
	[0, "day"],
];

/** The filters as the server takes them. */
export function request_filters({ group, ...others }) {
	const groups = group === "documents" ? DOCUMENTS : group ? [group] : [];
	const given = Object.entries(others).filter(([, value]) => value);
	return { ...Object.fromEntries(given), ...(groups.length ? { groups } : {}) };
}

export const is_filtered = (filters) => Object.values(filters).some(Boolean);

/** What one entry is told from another by. */
export const key_of = (entry) => `${entry.kind}/${entry.name}`;

/** The entries with the next page behind them; what is there already is not repeated. */
export function append_page(entries, page) {
	const known = new Set(entries.map(key_of));
	return [...entries, ...page.filter((entry) => !known.has(key_of(entry)))];
}

/**
 * The entries after the first page was read anew: what was loaded behind it stays, where it still joins on.
 * Returns the entries and the place where the next page begins.
 */
export function renew(entries, next, page) {
	const last = page.entries.at(-1);
	const at = last ? entries.findIndex((entry) => key_of(entry) === key_of(last)) : -1;
	if (at < 0 || !page.next) return { entries: page.entries, next: page.next };
	return { entries: append_page(page.entries, entries.slice(at + 1)), next };
}

/** The entries in days, newest first: `{ day, entries }`. */
export function by_day(entries) {
	const days = [];
	for (const entry of entries) {
		const day = entry.at.slice(0, 10);
		if (days.at(-1)?.day !== day) days.push({ day, entries: [] });
		days.at(-1).entries.push(entry);
	}
	return days;
}

/** "today", "tomorrow", "yesterday", or "" for any other day. */
export function near_day(day, today) {
	const distance = Math.round((utc(day) - utc(today)) / (DAY * 1000));
	return { 0: "today", 1: "tomorrow", "-1": "yesterday" }[distance] || "";
}

/** "Saturday, 21 November", with the year only where it is another one. */
export function long_day(day, today, language) {
	const options = { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" };
	if (day.slice(0, 4) !== today.slice(0, 4)) options.year = "numeric";
	return format(Intl.DateTimeFormat, language, options, (one) => one.format(utc(day)));
}

/** "5 minutes ago", "in 3 hours"; from a day on by the calendar, as the headings go. */
export function relative(moment, now, language) {
	const seconds = (utc(moment) - utc(now)) / 1000;
	if (Math.abs(seconds) >= DAY) return relative_day(moment, now, language);
	const [unit, size] = Math.abs(seconds) >= HOUR ? ["hour", HOUR] : ["minute", MINUTE];
	return ago(Math.trunc(seconds / size), unit, language);
}

function relative_day(moment, now, language) {
	const days = Math.round((utc(moment.slice(0, 10)) - utc(now.slice(0, 10))) / (DAY * 1000));
	const [size, unit] = STEPS.find(([least]) => Math.abs(days) >= least);
	return ago(Math.trunc(days / (size || 1)), unit, language);
}

const ago = (count, unit, language) =>
	format(Intl.RelativeTimeFormat, language, { numeric: "auto" }, (one) => one.format(count, unit));

/** How long ago an entry was, or how long until then; what has no time of day is told in days. */
export function told(entry, now, language) {
	return has_time(entry) ? relative(entry.at, now, language) : relative_day(entry.at, now, language);
}

/** "14:05", or "" where an entry has a day and no time. */
export const clock = (entry) => (has_time(entry) ? entry.at.slice(11, 16) : "");

export function has_time(entry) {
	return !(DOCUMENT_KINDS.has(entry.kind) && entry.stored_at.slice(11, 19) === "00:00:00");
}

const DOCUMENT_KINDS = new Set(["quotation", "order", "delivery", "invoice", "payment", "journal"]);

function utc(moment) {
	const [date, time = "0:0:0"] = moment.split(" ");
	const [year, month, day] = date.split("-").map(Number);
	const [hours, minutes, seconds] = time.split(":").map(Number);
	return Date.UTC(year, month - 1, day, hours, minutes, Math.floor(seconds || 0));
}

function format(Format, language, options, use) {
	try {
		return use(new Format(String(language || "en").replace("_", "-"), options));
	} catch {
		return use(new Format("en", options));
	}
}

/** The DocType behind an entry's name. */
const DOCTYPES = {
	interaction: "Interaction",
	message: "Communication",
	outreach: "Outreach Recipient",
	follow_up: "Follow Up",
	stage: "Stage Change",
	comment: "Comment",
	file: "File",
	quotation: "Quotation",
	order: "Sales Order",
	delivery: "Delivery Note",
	invoice: "Sales Invoice",
	payment: "Payment Entry",
	journal: "Journal Entry",
	ticket: "Issue",
};

/** What an entry leads to: `{ mail }` opens in place, `{ form }` a form, `{ file }` a download; {} nothing. */
export function target(entry) {
	if (entry.source === "Communication") return { mail: entry.about[1] };
	if (entry.kind === "file") return is_address(entry.detail) ? { file: entry.detail } : {};
	if (entry.kind === "stage" || entry.kind === "outreach") return entry.about?.[0] ? { form: entry.about } : {};
	if (entry.kind === "comment") return {};
	return { form: [DOCTYPES[entry.kind], entry.name] };
}

/** An address that a link may have: nothing that runs as a script. */
export const is_address = (text) => /^(\/|https?:\/\/)/i.test(text || "");

/** The picture beside an entry. */
export function icon_of(entry) {
	if (["interaction", "message", "outreach"].includes(entry.kind)) return by_words(entry.detail);
	return { journal: "payment", order: "document", quotation: "document", invoice: "document" }[entry.kind] || entry.kind;
}

const PICTURES = [
	["mail", /mail/i],
	["call", /call|phone|tele/i],
	["meeting", /meet|event|visit|appoint|demo/i],
	["chat", /chat|whats|sms|message|social|telegram/i],
	["ticket", /support|ticket|issue|complain/i],
	["note", /note/i],
];

function by_words(text) {
	return PICTURES.find(([, words]) => words.test(text || ""))?.[0] || "interaction";
}

const COLOURS = {
	green: ["Paid", "Completed", "Ordered", "Done", "Resolved", "Closed", "Won", "Submitted"],
	red: ["Overdue", "Lost", "Cancelled", "No Show"],
	gray: ["Expired", "Draft", "Return", "Credit Note Issued"],
	orange: ["Partly Paid", "Unpaid", "To Bill", "To Deliver", "To Deliver and Bill"],
};

/** The colour of a state. */
export function colour(status) {
	return Object.keys(COLOURS).find((name) => COLOURS[name].includes(status)) || "blue";
}

/** Whether an entry is a promise that is still to be kept. */
export const is_open_promise = (entry) => entry.kind === "follow_up" && entry.status === "Open";

/** The state that is worth showing: what simply happened needs none, what is open and late is overdue. */
export function state_of(entry, now) {
	if (entry.kind === "interaction" && entry.status === "Done") return "";
	if (is_open_promise(entry)) return entry.at < now ? "Overdue" : "Open";
	if (entry.kind === "payment" && entry.status === "Submitted") return "";
	return entry.status || "";
}

/** How an entry came about or ended, where its first line does not say so. */
export const outcome_of = (entry) => (entry.kind === "stage" && entry.outcome === "Created" ? "" : entry.outcome || "");

/** Who did it, where neither the first line nor the sender of a message says so. */
export function who_of(entry) {
	if (entry.kind === "comment" || (entry.kind === "message" && entry.direction === "Incoming")) return "";
	return entry.who_name || "";
}

/** The first line of an entry as `[code, ...values]`: a code of words.js, and what stands in its sentence. */
export function headline(entry) {
	if (entry.kind === "stage") return stage_line(entry);
	if (entry.kind === "comment") return ["commented", entry.who_name || ""];
	if (entry.kind === "file" || DOCUMENT_KINDS.has(entry.kind)) return [entry.kind, entry.title || entry.name];
	return ["title", entry.title || entry.detail || ""];
}

function stage_line(entry) {
	if (entry.detail) return ["moved", entry.detail, entry.title];
	return [entry.of_deal ? "deal_created" : "profile_created", entry.title];
}
