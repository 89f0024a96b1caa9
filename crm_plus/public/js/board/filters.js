// The board's filters and the page's address: what stands in the one stands in the other.
// Plain functions, no Frappe: see tests/js/board_filters.test.mjs.

export const FILTER_KEYS = ["pipeline", "owner", "team", "company", "period", "from", "to", "text", "state"];

export const PERIODS = ["overdue", "this_month", "next_month", "this_quarter", "this_year", "custom"];
export const STATES = ["rotten", "snoozed", "no_follow_up"];

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Keep what the board knows; drop empty values, unknown periods and states, and dates without "custom". */
export function clean_filters(values) {
	const filters = {};
	for (const key of FILTER_KEYS) {
		const value = String(values?.[key] ?? "").trim();
		if (value) filters[key] = value;
	}
	if (!PERIODS.includes(filters.period)) delete filters.period;
	if (!STATES.includes(filters.state)) delete filters.state;
	for (const key of ["from", "to"]) {
		if (filters.period !== "custom" || !DATE.test(filters[key] || "")) delete filters[key];
	}
	return filters;
}

/** "?pipeline=Sales&owner=…" to filters. */
export function filters_from_query(search) {
	return clean_filters(Object.fromEntries(new URLSearchParams(search || "")));
}

/** Filters to "?pipeline=Sales&owner=…", always in the same order; "" where there are none. */
export function query_from_filters(filters) {
	const params = new URLSearchParams();
	const cleaned = clean_filters(filters);
	for (const key of FILTER_KEYS) if (cleaned[key]) params.set(key, cleaned[key]);
	const query = params.toString();
	return query ? `?${query}` : "";
}

/**
 * The filters a page opens with: the address wins, then what another page handed over, then what was used last.
 * They are never mixed, so that a link shows the same board to everybody.
 */
export function opening_filters(search, handed_over, last_used) {
	const candidates = [filters_from_query(search), clean_filters(handed_over), clean_filters(last_used)];
	return candidates.find((filters) => Object.keys(filters).length) || {};
}

/** How many filters narrow the board; the pipeline only says which board it is. */
export function active_count(filters) {
	const cleaned = clean_filters(filters);
	return ["owner", "team", "company", "period", "text", "state"].filter((key) => cleaned[key]).length;
}

/** The filters with some changed; an empty value removes one. */
export function with_filters(filters, changes) {
	return clean_filters({ ...filters, ...changes });
}

/** All filters off, on the same pipeline. */
export function cleared(filters) {
	return clean_filters({ pipeline: filters.pipeline });
}
