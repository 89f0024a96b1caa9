// A dashboard of ours has one row of filters for all that it shows; Frappe's own has filters for each chart alone.
// What a user chose stays his, on every dashboard and machine.

import { number_of_companies } from "./cards.js";
import { request } from "../requests.js";
import { refresh_counts_anew, shown_by, times_words } from "./kept_figures.js";

const OURS = /^CRM Plus /;
const STORED_WITH = "Dashboard";
// The usual one is what each chart is set to, else the fiscal year: our reports take it where they are given no dates.
const USUAL = "Usual Period";
const FISCAL = "This Fiscal Year";
export const PERIODS = [USUAL, "This Month", "Last Month", "This Quarter", "Last Quarter", "This Year", FISCAL, "Last 12 Months"];

function iso(year, month, day) {
	return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
}

// The first and the last day of a period, seen from a day of the site (YYYY-MM-DD); none for the usual one. `fiscal` has those of
// the fiscal year, which is the calendar's where the site has none.
export function period_dates(period, today, fiscal) {
	const [year, month, day] = today.split("-").map(Number);
	const quarter = Math.floor((month - 1) / 3) * 3;
	const spans = {
		"This Month": [iso(year, month - 1, 1), iso(year, month, 0)],
		"Last Month": [iso(year, month - 2, 1), iso(year, month - 1, 0)],
		"This Quarter": [iso(year, quarter, 1), iso(year, quarter + 3, 0)],
		"Last Quarter": [iso(year, quarter - 3, 1), iso(year, quarter, 0)],
		"This Year": [iso(year, 0, 1), iso(year, 12, 0)],
		[FISCAL]: fiscal || [iso(year, 0, 1), iso(year, 12, 0)],
		"Last 12 Months": [iso(year - 1, month - 1, day + 1), today],
	};
	const [from_date, to_date] = spans[period] || [];
	return from_date ? { from_date, to_date } : {};
}

// What a chart says of its period under its title; `day` writes a date as the reader does. Deals as they stand now have none;
// where a chart names no days, its report's usual ones count, of which the forecast's are its own.
export function period_words({ from_date, to_date } = {}, report, day) {
	if (!report || report === "Rotten and Slipping Deals") return __("As of today");
	if (from_date && to_date) return `${day(from_date)} – ${day(to_date)}`;
	return report === "Sales Forecast" ? __("This month and the next five") : __("This fiscal year");
}

// Customers, interactions and follow-ups belong to no company: their reports are of all, whichever is chosen. Of Response Time
// the company says which days are working days.
const OF_ALL_COMPANIES = ["Team Activity", "Follow-up Discipline", "Lifecycle Movement"];
const WITH_WORKING_DAYS = "Response Time";

// What a chart says of its companies where one is chosen and it is of all.
export function company_words(report, company, companies) {
	const is_of_all = OF_ALL_COMPANIES.includes(report) || report === WITH_WORKING_DAYS;
	return company && companies > 1 && is_of_all ? __("all companies") : "";
}

// What a chart or a card asks for: its own filters, and over them what was chosen for all.
export function merged(own, chosen, today, fiscal) {
	const common = { company: chosen.company, team: chosen.team, ...(today ? period_dates(chosen.period, today, fiscal) : {}) };
	const said = Object.entries(common).filter(([, value]) => value);
	return { ...(Array.isArray(own) ? {} : own), ...Object.fromEntries(said) };
}

export function is_shown_on_ours(doc) {
	const [page, dashboard] = frappe.get_route() || [];
	return page === "dashboard-view" && OURS.test(dashboard || "") && doc && doc.module === "CRM Plus";
}

// Until a user says otherwise all is of their own company; an empty company means all of them, to cards as to charts.
function chosen() {
	const own = frappe.defaults.get_user_default("Company") || "";
	return { company: own, ...((frappe.get_user_settings(STORED_WITH) || {}).crm_plus || {}) };
}

// Frappe puts the usual days of a report in place of those that its chart is set to, unless a user set some for himself.
function own_days({ chart_doc, chart_settings }) {
	const set = (chart_settings || {}).filters ? {} : frappe.dashboard_utils.get_all_filters(chart_doc) || {};
	return Object.fromEntries(["from_date", "to_date"].filter((key) => set[key]).map((key) => [key, set[key]]));
}

let loading = null;

// Frappe has a user's settings at hand only where a list of theirs was opened.
function load_chosen() {
	loading =
		loading ||
		frappe.model.user_settings.get(STORED_WITH).then((stored) => {
			frappe.model.user_settings[STORED_WITH] = frappe.model.user_settings[STORED_WITH] || stored || {};
		});
	return loading;
}

const fiscal_years = {};

// The first and the last day of the company's fiscal year, of the reader's own where all companies are shown, as in our reports;
// asked for once, and only where that period was chosen.
function load_fiscal_year() {
	const { company, period } = chosen();
	return period === FISCAL ? fiscal_year_of(company || frappe.defaults.get_user_default("Company")) : null;
}

function fiscal_year_of(company) {
	const args = { date: frappe.datetime.get_today(), company, verbose: 0 };
	const asked = () => request("erpnext.accounts.utils.get_fiscal_year", { type: "GET", args, quiet: true });
	const none = ({ exc_type }) => {
		// That there is none is an answer; any other failure may pass.
		if (exc_type !== "FiscalYearError") delete fiscal_years[company];
		return null;
	};
	fiscal_years[company] = fiscal_years[company] || asked().then(([, first, last]) => [first, last], none);
	return fiscal_years[company];
}

// Frappe writes over a chart of a dashboard what its record is called; two of ours are called what nobody else's will be.
function call_by_title(chart) {
	const titles = { "CRM Plus Deals by Stage": __("Open Deals by Stage"), "CRM Plus Won by Month": __("Won by Month") };
	const title = titles[chart.chart_doc.name];
	if (!title || chart.title === title) return;
	chart.title = title;
	chart.set_title();
}

// Lets the charts and cards of our dashboards ask for what was chosen; elsewhere they stay as they are.
export function share_filters(factory) {
	const { chart, number_card } = factory || {};
	if (!chart || !number_card || chart.prototype.crm_plus_filters) return;
	chart.prototype.crm_plus_filters = true;
	const set_chart_filters = chart.prototype.set_chart_filters;
	chart.prototype.set_chart_filters = function () {
		const doc = this.chart_doc;
		if (!is_shown_on_ours(doc) || !["Report", "Custom"].includes(doc.chart_type)) return set_chart_filters.apply(this, arguments);
		call_by_title(this);
		// What was merged the last time is not the chart's own.
		this.filters = null;
		return Promise.all([load_chosen().then(load_fiscal_year), set_chart_filters.apply(this, arguments)]).then(([fiscal]) => {
			const is_report = doc.chart_type === "Report";
			const own = is_report ? { ...this.filters, ...own_days(this) } : this.filters;
			this.filters = merged(own, chosen(), is_report && frappe.datetime.get_today(), fiscal);
			// Of a report no company is all of them; what is of no report would take the reader's own.
			if (!is_report) this.filters.company = chosen().company;
			if (OF_ALL_COMPANIES.includes(doc.report_name)) delete this.filters.company;
			const days = period_words(this.filters, doc.report_name, frappe.datetime.str_to_user);
			const of_all = company_words(doc.report_name, chosen().company, number_of_companies());
			this.subtitle_field.text([days, of_all].filter(Boolean).join(" · "));
		});
	};
	const fetch = chart.prototype.fetch;
	chart.prototype.fetch = function (filters, ...rest) {
		const doc = this.chart_doc;
		if (!is_shown_on_ours(doc) || !["Report", "Custom"].includes(doc.chart_type)) return fetch.call(this, filters, ...rest);
		// A dashboard draws a report and lists nothing: it need not be looked for. The chart's own filters, by which it leads to
		// the report, stay as they are.
		const drawn = doc.chart_type === "Report" ? { ...filters, chart_only: 1 } : filters;
		return shown_by(this, "Dashboard Chart", filters).then((figure) => (figure ? figure.answer : fetch.call(this, drawn, ...rest)));
	};
	refresh_counts_anew(chart.prototype, "set_chart_actions");
	refresh_counts_anew(number_card.prototype, "set_card_actions");
	const get_data = number_card.prototype.get_data;
	number_card.prototype.get_data = async function () {
		const is_kept = is_shown_on_ours(this.card_doc) && this.card_doc.type === "Custom";
		const figure = is_kept && (await shown_by(this, "Number Card", this.settings.args.filters));
		if (!figure) return get_data.apply(this, arguments);
		this.data = figure.answer;
		return this.settings.get_number(this.data);
	};
	const render_card = number_card.prototype.render_card;
	number_card.prototype.render_card = async function () {
		if (is_shown_on_ours(this.card_doc)) await load_chosen();
		return render_card.apply(this, arguments);
	};
	const get_filters = number_card.prototype.get_filters;
	number_card.prototype.get_filters = function () {
		const own = get_filters.apply(this, arguments);
		// A card's title names its period: it follows company and team alone.
		if (!is_shown_on_ours(this.card_doc) || this.card_doc.type !== "Custom") return own;
		return { ...merged(own, chosen()), company: chosen().company };
	};
}

function fields() {
	return [
		{
			fieldname: "crm_plus_period",
			label: __("Period"),
			fieldtype: "Select",
			options: PERIODS.map((value) => ({ value, label: __(value) })),
		},
		{ fieldname: "crm_plus_team", label: __("Team"), fieldtype: "Link", options: "Revenue Team" },
		{ fieldname: "crm_plus_company", label: __("Company"), fieldtype: "Link", options: "Company" },
	];
}

function widgets() {
	const { chart_group, number_card_group } = frappe.dashboard;
	const of = (group) => (group && group.widgets_list) || [];
	return { charts: of(chart_group), cards: of(number_card_group) };
}

function show_anew() {
	widgets().charts.forEach((chart) => chart.refresh());
	widgets().cards.forEach((card) => card.render_card());
}

// Nothing that is kept will do for what is shown next.
function want_new_figures() {
	for (const widget of Object.values(widgets()).flat()) widget.crm_plus_anew = true;
}

function clock(time) {
	return frappe.datetime.convert_to_user_tz(time, false).format(frappe.datetime.get_user_time_fmt().replace(":ss", ""));
}

// Says of when the figures are, beside the filters, with a button that counts them anew.
function add_times(page) {
	const words = $('<span class="text-muted"></span>');
	const again = $(`<button class="btn btn-default btn-xs icon-btn" title="${__("Refresh")}">${frappe.utils.icon("refresh", "sm")}</button>`);
	again.attr("aria-label", __("Refresh")).on("click", () => {
		want_new_figures();
		show_anew();
	});
	const field = $('<div class="crm-plus-figures-of"></div>').append(words, again).appendTo(page.page_form).hide();
	$(document).on("crm-plus-figures", () => {
		const said = times_words(Object.values(widgets()).flat().map((widget) => widget.crm_plus_as_of), clock);
		words.text(said);
		field.toggle(Boolean(said));
	});
	// The page's menu has a Refresh of Frappe's own: by the time that it is followed, nothing kept will do.
	const is_refresh = (clicked) => $(clicked).closest("a").find(".menu-item-label").text() === __("Refresh All");
	document.addEventListener("click", ({ target }) => is_refresh(target) && want_new_figures(), true);
}

function add_fields(page) {
	const now = { period: PERIODS[0], ...chosen() };
	const controls = {};
	const change = () => {
		const values = Object.fromEntries(Object.entries(controls).map(([key, control]) => [key, control.get_value()]));
		if (JSON.stringify(values) === JSON.stringify({ ...now })) return;
		Object.assign(now, values);
		frappe.model.user_settings.save(STORED_WITH, "crm_plus", values).then(show_anew);
	};
	// Frappe empties the page, its own row for fields too.
	page.page_form.addClass("mb-3").prependTo(frappe.dashboard.container.parent());
	for (const field of fields()) {
		const key = field.fieldname.replace("crm_plus_", "");
		controls[key] = page.add_field({ ...field, default: now[key] || "", change });
	}
	add_times(page);
	return controls;
}

// Puts the filters on our dashboards, and takes them off others: Frappe has one page for all of them.
export function watch_dashboards() {
	const follow = () => {
		const [route, dashboard] = frappe.get_route() || [];
		if (route !== "dashboard-view" || !frappe.dashboard) return;
		const page = frappe.dashboard.page;
		if (OURS.test(dashboard || "")) {
			load_chosen().then(() => {
				page.crm_plus_controls = page.crm_plus_controls || add_fields(page);
				page.show_form();
			});
		} else if (page.crm_plus_controls) {
			page.hide_form();
		}
	};
	$(document).on("page-change", follow);
	return follow;
}
