// What the reports of CRM Plus share in the Desk: their filters, and the links behind their figures.
import { show_changes } from "./cards.js";
import { is_shown_on_ours, share_filters, watch_dashboards } from "./dashboard_filters.js";
import { draw_whole, draw_whole_axis } from "./drawing.js";
import { cell, figure_route } from "./figures.js";
import { own_groups } from "./own_groups.js";
import { hide_empty_dashboards } from "./shortcuts.js";
import { ask_always_anew } from "./stored.js";

frappe.provide("crm_plus.reports");

const FILTERS = {
	company: () => ({
		fieldname: "company",
		label: __("Company"),
		fieldtype: "Link",
		options: "Company",
		default: frappe.defaults.get_user_default("Company"),
	}),
	currency: () => ({ fieldname: "currency", label: __("Currency"), fieldtype: "Link", options: "Currency" }),
	fiscal_year: () => ({
		fieldname: "fiscal_year",
		label: __("Fiscal Year"),
		fieldtype: "Link",
		options: "Fiscal Year",
		description: __("Stands in for the two dates."),
	}),
	pipeline: () => ({ fieldname: "pipeline", label: __("Pipeline"), fieldtype: "Link", options: "Pipeline" }),
	owner: () => ({ fieldname: "owner", label: __("Owner"), fieldtype: "Link", options: "User" }),
	team: () => ({ fieldname: "team", label: __("Team"), fieldtype: "Link", options: "Revenue Team" }),
	source: () => ({ fieldname: "source", label: __("Source"), fieldtype: "Link", options: "Customer Source" }),
};
const OF_DEALS = ["company", "currency", "pipeline", "owner", "team", "source"];

function period(from, to) {
	return [
		{ fieldname: "from_date", label: __("From Date"), fieldtype: "Date", default: from },
		{ fieldname: "to_date", label: __("To Date"), fieldtype: "Date", default: to },
		FILTERS.fiscal_year(),
	];
}

function group_by(choices, of_own_fields) {
	const own = of_own_fields ? own_groups(frappe.get_meta("Deal"), (level) => frappe.perm.has_perm("Deal", level, "read")) : [];
	return {
		fieldname: "group_by",
		label: __("Group By"),
		fieldtype: "Select",
		options: [...choices.map((value) => ({ value, label: __(value) })), ...own],
		default: choices[0],
	};
}

// options: group_by (a list of groups), own_fields (an administrator's own fields of deals are groups too), months (how many
// back and ahead the period goes; none: no period), filters (more of them), only (which of the common ones), onload (more to do
// as the report opens).
crm_plus.reports.define = function (options = {}) {
	const today = frappe.datetime.get_today();
	const start = today.slice(0, 8) + "01";
	const [back, ahead] = options.months || [];
	const end = () => frappe.datetime.add_days(frappe.datetime.add_months(start, ahead + 1), -1);
	return {
		filters: [
			...(options.group_by ? [group_by(options.group_by, options.own_fields)] : []),
			...(options.months ? period(frappe.datetime.add_months(start, -back), ahead < 0 ? today : end()) : []),
			...(options.filters || []),
			...(options.only || OF_DEALS).map((name) => FILTERS[name]()),
		],
		formatter: cell,
		is_crm_plus: true,
		onload(report) {
			draw_whole_axis(report, is_ours);
			ask_always_anew(report, is_ours);
			mark_page();
			if (options.onload) options.onload(report);
		},
	};
};

function is_ours(name) {
	return Boolean(frappe.query_reports && frappe.query_reports[name] && frappe.query_reports[name].is_crm_plus);
}

// Frappe has one page for all reports: ours have a class, by which their titles are whole on a phone.
function mark_page() {
	const [page, name] = frappe.get_route() || [];
	document.body.classList.toggle("crm-plus-report", page === "query-report" && is_ours(name));
}

$(document).on("page-change", mark_page);

$(document).on("click", "a[data-figure]", function (event) {
	event.preventDefault();
	const route = figure_route(this.dataset.figure);
	if (!route) return;
	// A report that is open already takes filters, not a route.
	const report = frappe.get_route()[0] === "query-report" && frappe.query_report;
	if (report && route.to[1] === report.report_name) {
		report.set_filter_value(route.filters);
		return;
	}
	frappe.route_options = route.filters;
	frappe.set_route(route.to);
});

show_changes(frappe.widget && frappe.widget.widget_factory);
share_filters(frappe.widget && frappe.widget.widget_factory);
draw_whole(frappe.widget && frappe.widget.widget_factory, is_shown_on_ours);
watch_dashboards();
hide_empty_dashboards(frappe.widget && frappe.widget.widget_factory);
