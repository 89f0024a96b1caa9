// What our lists share: enough columns on a laptop's screen, and people by their names.

frappe.provide("crm_plus.lists");

const COLUMNS = 8;
const ALL = 99;
const NARROW = 1440;
const WIDE = 1920;
const WAIT_MS = 50;
const asked = new Set();
let unknown = [];
let timer = null;

/** How many columns a list gets, that of the tags included; Frappe's own are four on a laptop. */
export const column_count = (width) => (width >= WIDE ? 10 : COLUMNS);

/** Reports and boards over the same records run a list's script too. */
export const is_list = (view) => view?.view_name === "List";

/**
 * Show our columns from the start, without the field `spare` where the screen is narrow or has no room for all; who chose a number of columns
 * in the list's settings keeps it. `headers` are shorter words for fields whose labels a column has no room for.
 */
export function show_columns(listview, spare = "", headers = {}) {
	const settings = listview.list_view_settings || {};
	if (!is_list(listview) || settings.total_fields) return;
	const width = window.innerWidth;
	settings.total_fields = ALL;
	listview.setup_columns();
	settings.total_fields = null;
	const has_room = width >= NARROW && listview.columns.length <= column_count(width);
	const wanted = listview.columns.filter(({ df }) => has_room || !spare || df?.fieldname !== spare);
	const headed = (column) => {
		const label = headers[column.df?.fieldname];
		return label ? { ...column, df: { ...column.df, label } } : column;
	};
	listview.columns = wanted.slice(0, column_count(width)).map(headed);
	listview.render_header(true);
}

/** Read a list's rows again after something was stored: Frappe asks for the same rows no second time within three seconds. */
export function read_anew(listview = window.cur_list) {
	if (!listview) return;
	listview.last_args = null;
	listview.refresh();
}

/** Log what happened with the one record that is checked; `about(doc)` says of which customer or deal. */
export function offer_log(listview, about) {
	if (!is_list(listview) || !frappe.model.can_create("Interaction")) return;
	const log = () => {
		const [doc, ...more] = listview.get_checked_items();
		if (more.length) return frappe.show_alert({ message: __("Check one row to log what happened with it."), indicator: "orange" });
		return crm_plus.log_interaction({ ...about(doc), after: () => read_anew(listview) });
	};
	listview.page.add_actions_menu_item(__("Log an Interaction"), log, false);
}

/** A user's name in a list's cell, to be pressed for a filter as Frappe's own cells are. */
export function user_cell(user, df) {
	if (!user) return "";
	learn_name(user);
	const escape = frappe.utils.escape_html;
	const name = escape(frappe.user_info(user).fullname || user);
	return `<a class="filterable ellipsis" data-filter="${escape(df.fieldname)},=,${escape(user)}"
		title="${escape(__(df.label))}: ${name}">${name}</a>`;
}

// The Desk knows the users whom it has met: the others of a list are asked for together, and only once.
function learn_name(user) {
	if (frappe.boot.user_info[user] || asked.has(user)) return;
	asked.add(user);
	unknown.push(user);
	clearTimeout(timer);
	timer = setTimeout(learn_names, WAIT_MS);
}

async function learn_names() {
	const users = JSON.stringify(unknown);
	unknown = [];
	frappe.update_user_info(await frappe.xcall("frappe.desk.form.load.get_user_info_for_viewers", { users }));
	if (is_list(window.cur_list)) window.cur_list.render_list();
}

/** The day of a stored moment, on the user's clock; red where it is past, with the time on a longer look. */
export function day_cell(moment) {
	if (!moment) return "";
	const shown = frappe.datetime.str_to_user(frappe.datetime.convert_to_user_tz(moment));
	const late = moment < frappe.datetime.system_datetime() ? " text-danger" : "";
	return `<span class="ellipsis${late}" title="${shown}">${shown.split(" ")[0]}</span>`;
}

Object.assign(crm_plus.lists, { day_cell, is_list, offer_log, read_anew, show_columns, user_cell });
