// A figure in a report leads to the documents that it counts: the row carries the list's filters for each of its columns.

function escape(text) {
	return frappe.utils.escape_html(String(text)).replace(/'/g, "&#39;");
}

// Text that somebody typed is shown, never run; a figure with documents behind it becomes a link to their list.
export function cell(value, row, column, data, default_formatter) {
	// What is not known, and what a total row does not have, is no zero, as Frappe would have it.
	if (value === null || value === undefined) return "";
	const is_text = column.fieldtype === "Data" && typeof value === "string";
	let shown = default_formatter(is_text ? escape(value) : value, row, column, data);
	const filters = data && data.drill && data.drill[column.fieldname];
	if (filters && value) {
		const figure = escape(JSON.stringify({ doctype: column.drill, report: column.drill_report, filters }));
		shown = `<a href="#" data-figure='${figure}'>${shown}</a>`;
	}
	return data && data.is_total ? `<b>${shown}</b>` : shown;
}

// A history is read in its columns: its list shows too few of them.
const VIEWS = { "Stage Change": "Report" };

export function figure_route(text) {
	let figure;
	try {
		figure = JSON.parse(text);
	} catch {
		return null;
	}
	if (figure.report) return { to: ["query-report", figure.report], filters: figure.filters };
	return figure.doctype ? { to: ["List", figure.doctype, VIEWS[figure.doctype] || "List"], filters: figure.filters } : null;
}
