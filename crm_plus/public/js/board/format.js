// Short forms of amounts and days for cards and columns. No Frappe: the caller hands in language, dates and words.
// See tests/js/board_format.test.mjs.

const FAR_AWAY = 200 * 24 * 60 * 60 * 1000;

/**
 * "€1.2M": short enough for a column's head, with the site's own decimal sign where `decimal` names it.
 * An unknown currency or language is no reason to fail.
 */
export function short_money(amount, currency, language, decimal = "") {
	const value = Number(amount) || 0;
	const options = { notation: "compact", maximumFractionDigits: Math.abs(value) < 1000 ? 0 : 1 };
	const money = currency ? { style: "currency", currency, currencyDisplay: "narrowSymbol" } : {};
	for (const locale of [String(language || "en").replace("_", "-"), "en"]) {
		try {
			return with_decimal(new Intl.NumberFormat(locale, { ...options, ...money }), value, decimal);
		} catch {
			// An unknown language: try English. An unknown currency: below.
		}
	}
	return `${currency} ${with_decimal(new Intl.NumberFormat("en", options), value, decimal)}`;
}

function with_decimal(format, value, decimal) {
	const parts = format.formatToParts(value);
	return parts.map((part) => (part.type === "decimal" && decimal ? decimal : part.value)).join("");
}

/** One text for sums in several currencies, always in the same order; currencies are never added up. */
export function join_sums(sums, field, format) {
	const in_order = [...sums].sort((one, other) => one.currency.localeCompare(other.currency));
	return in_order.map((sum) => format(sum[field], sum.currency)).join(" + ");
}

/** How a day (YYYY-MM-DD, or a time that begins so) lies to today: "overdue", "today", "ahead", or "none". */
export function day_state(day, today) {
	if (!day) return "none";
	const date = String(day).slice(0, 10);
	if (date < today) return "overdue";
	return date === today ? "today" : "ahead";
}

/** "24 Nov", with the year only where the day is far away. */
export function short_day(day, today, language) {
	const moment = utc_day(day);
	const options = { day: "numeric", month: "short", timeZone: "UTC" };
	if (Math.abs(moment - utc_day(today)) > FAR_AWAY) options.year = "numeric";
	try {
		return new Intl.DateTimeFormat(String(language || "en").replace("_", "-"), options).format(moment);
	} catch {
		return new Intl.DateTimeFormat("en", options).format(moment);
	}
}

function utc_day(day) {
	const [year, month, date] = String(day).slice(0, 10).split("-").map(Number);
	return new Date(Date.UTC(year, month - 1, date));
}

/** Up to two initials of a name, whatever script it is written in. */
export function initials(name) {
	const words = String(name || "").trim().split(/\s+/).filter(Boolean);
	const picked = words.length > 1 ? [words[0], words[words.length - 1]] : words;
	return picked.map((word) => [...word][0].toLocaleUpperCase()).join("");
}
