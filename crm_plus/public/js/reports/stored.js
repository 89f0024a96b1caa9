// Once a report took long, Frappe shows what was stored of it, and nothing until something is. Ours are never stored, for each
// reader sees rows of his own: they are made anew. `is_ours` tells whether a report, by its name, is one of them.
export function ask_always_anew(report, is_ours) {
	if (report.crm_plus_anew) return;
	report.crm_plus_anew = true;
	let ignored = report.ignore_prepared_report;
	Object.defineProperty(report, "ignore_prepared_report", {
		get: () => is_ours(report.report_name) || ignored,
		set: (value) => (ignored = value),
	});
}
