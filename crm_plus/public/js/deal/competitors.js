// Competitors are names: ERPNext's own list of them is of a module that it retires. Those given before are offered while one is
// typed, so that each has one name.

const MOST = 200;
const LIST = "crm-plus-competitors";

/** The names that the reader's deals hold, each once, without empty ones. */
export function known_names(rows) {
	return [...new Set(rows.map((row) => (row.competitor || "").trim()).filter(Boolean))].sort((a, b) => a.localeCompare(b));
}

const ask = () =>
	frappe.db.get_list("Deal", {
		fields: ["competitor"],
		filters: { competitor: ["is", "set"] },
		group_by: "competitor",
		order_by: "competitor asc",
		limit: MOST,
	});

/** Offer the known names where a competitor is typed; where they cannot be had, nothing is offered. */
export function offer(control) {
	const { $input } = control || {};
	if (!$input || $input.attr("list")) return;
	const list = $(`<datalist id="${LIST}-${frappe.utils.get_random(6)}"></datalist>`).insertAfter($input);
	// The browser's memory of what was typed would stand over the list.
	$input.attr({ list: list.attr("id"), autocomplete: "off" });
	$input.one("focus", () => {
		ask().then((rows) => list.append(known_names(rows).map((name) => $("<option></option>").attr("value", name))), () => {});
	});
}

/** What a dialog about a loss asks of it. */
export const field = (value) => ({ fieldname: "competitor", fieldtype: "Data", label: __("Competitor It Went To"), default: value });
