// What our lists share: enough columns on a laptop's screen, and people by their names.

frappe.provide("crm_plus.lists");

const COLUMNS = 8;

/** How many columns a list gets: what its settings say, else at least ours; Frappe's own are four on a laptop. */
export function column_count(total_fields, width) {
	return total_fields || (width >= 1920 ? 10 : COLUMNS);
}

/** Show our columns from the start; who chose a number of columns in the list's settings keeps it. */
export function show_columns(listview) {
	const settings = listview.list_view_settings || {};
	if (settings.total_fields) return;
	settings.total_fields = column_count(settings.total_fields, window.innerWidth);
	listview.setup_columns();
	settings.total_fields = null;
	listview.render_header(true);
}

/** A user's name in a list's cell, to be pressed for a filter as Frappe's own cells are. */
export function user_cell(user, df) {
	if (!user) return "";
	const escape = frappe.utils.escape_html;
	const name = escape(frappe.user_info(user).fullname || user);
	return `<a class="filterable ellipsis" data-filter="${escape(df.fieldname)},=,${escape(user)}"
		title="${escape(__(df.label))}: ${name}">${name}</a>`;
}

Object.assign(crm_plus.lists, { show_columns, user_cell });
