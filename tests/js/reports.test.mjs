// The links behind a report's figures, and what a number card says of its change.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.frappe = {
	utils: {
		escape_html: (text) =>
			String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
	},
};
globalThis.__ = (text) => text;

const { cell, figure_route } = await import("../../crm_plus/public/js/reports/figures.js");
const { change_text, compared_words, show_changes } = await import("../../crm_plus/public/js/reports/cards.js");
const plain = (value) => String(value);

test("text is shown, never run", () => {
	const shown = cell("<img src=x>", null, { fieldname: "group", fieldtype: "Data" }, {}, plain);
	assert.equal(shown, "&lt;img src=x&gt;");
});

test("what is not known is shown as nothing, and a zero as zero", () => {
	const share = { fieldname: "share", fieldtype: "Percent" };
	const percent = (value) => `${Number(value)}%`;
	assert.equal(cell(null, null, share, { is_total: 1 }, percent), "");
	assert.equal(cell(undefined, null, share, { is_total: 1 }, percent), "");
	assert.equal(cell(0, null, share, {}, percent), "0%");
});

test("a figure with documents behind it is a link to their list", () => {
	const column = { fieldname: "won", fieldtype: "Currency", drill: "Deal" };
	const data = { drill: { won: { status: "Won", deal_owner: "o'neil@x.example" } } };
	const shown = cell(5, null, column, data, plain);
	const figure = shown.match(/data-figure='([^']*)'/)[1].replaceAll("&quot;", '"').replaceAll("&#39;", "'");
	assert.deepEqual(figure_route(figure), {
		to: ["List", "Deal", "List"],
		filters: { status: "Won", deal_owner: "o'neil@x.example" },
	});
	assert.equal(cell(0, null, column, data, plain), "0");
});

test("a figure may lead to a report", () => {
	const figure = JSON.stringify({ report: "Deal to Cash", filters: { owner: "a" } });
	assert.deepEqual(figure_route(figure), { to: ["query-report", "Deal to Cash"], filters: { owner: "a" } });
	assert.deepEqual(figure_route(JSON.stringify({ doctype: "Stage Change", filters: {} })).to, ["List", "Stage Change", "Report"]);
	assert.equal(figure_route("no json"), null);
	assert.equal(figure_route("{}"), null);
});

test("a total is bold", () => {
	assert.equal(cell(1, null, { fieldname: "x", fieldtype: "Int" }, { is_total: 1 }, plain), "<b>1</b>");
});

test("a change says where it goes, and nothing where there was nothing", () => {
	assert.equal(change_text(null), null);
	assert.deepEqual(change_text(12.4), { css: "green-stat", text: "↑ 12 %" });
	assert.deepEqual(change_text(-3), { css: "red-stat", text: "↓ 3 %" });
	assert.equal(change_text(0.2).css, "grey-stat");
});

test("only a card of ours is told its change", () => {
	class Card {
		render_stats() {
			return "by Frappe";
		}
	}
	show_changes({ number_card: Card });
	show_changes({ number_card: Card });
	const found = [];
	globalThis.$ = () => ({ find: () => ({ append: (html) => found.push(html) }) });
	const card = new Card();
	for (const data of [0, 7, undefined, { value: 3 }]) {
		card.data = data;
		assert.equal(card.render_stats(), "by Frappe");
	}
	card.data = { value: 3, change: 50 };
	card.render_stats();
	assert.equal(found.length, 1);
	assert.match(found[0], /↑ 50 % against before/);
	show_changes(undefined);
});

const { company_words, merged, period_dates, period_words, share_filters } = await import(
	"../../crm_plus/public/js/reports/dashboard_filters.js"
);

test("a rise is bad where less is better", () => {
	assert.equal(change_text(5, true).css, "red-stat");
	assert.equal(change_text(-5, true).css, "green-stat");
});

test("a period is whole months of the calendar, seen from a day", () => {
	assert.deepEqual(period_dates("This Month", "2028-02-29"), { from_date: "2028-02-01", to_date: "2028-02-29" });
	assert.deepEqual(period_dates("Last Month", "2026-01-31"), { from_date: "2025-12-01", to_date: "2025-12-31" });
	assert.deepEqual(period_dates("This Quarter", "2026-11-22"), { from_date: "2026-10-01", to_date: "2026-12-31" });
	assert.deepEqual(period_dates("Last Quarter", "2026-02-01"), { from_date: "2025-10-01", to_date: "2025-12-31" });
	assert.deepEqual(period_dates("Last 12 Months", "2026-11-22"), { from_date: "2025-11-23", to_date: "2026-11-22" });
	assert.deepEqual(period_dates("This Year", "2026-11-22"), { from_date: "2026-01-01", to_date: "2026-12-31" });
	assert.deepEqual(period_dates("This Fiscal Year", "2026-11-22"), { from_date: "2026-01-01", to_date: "2026-12-31" });
	assert.deepEqual(period_dates("Usual Period", "2026-11-22"), {});
	assert.deepEqual(period_dates(undefined, "2026-11-22"), {});
});

test("a chart says of which days it is", () => {
	const day = (date) => date.split("-").reverse().join(".");
	const days = { from_date: "2026-10-24", to_date: "2026-11-22" };
	assert.equal(period_words(days, "Team Activity", day), "24.10.2026 – 22.11.2026");
	assert.equal(period_words({}, "Deal to Cash", day), "This fiscal year");
	assert.equal(period_words({}, "Sales Forecast", day), "This month and the next five");
	// Whatever period was chosen for all: these are of deals as they stand now.
	assert.equal(period_words(days, "Rotten and Slipping Deals", day), "As of today");
	assert.equal(period_words(undefined, undefined, day), "As of today");
});

test("what was chosen for all stands over a chart's own, and nothing chosen changes nothing", () => {
	const own = { group_by: "Owner", company: "A" };
	assert.deepEqual(merged(own, { company: "B", team: "T" }), { group_by: "Owner", company: "B", team: "T" });
	assert.deepEqual(merged(own, { company: "", period: "This Month" }, "2026-11-22"), {
		...own,
		from_date: "2026-11-01",
		to_date: "2026-11-30",
	});
	assert.deepEqual(merged({}, { period: "This Fiscal Year" }, "2026-11-22", ["2026-04-01", "2027-03-31"]), {
		from_date: "2026-04-01",
		to_date: "2027-03-31",
	});
	assert.deepEqual(merged([], {}), {});
	assert.deepEqual(merged(null, { team: "T" }), { team: "T" });
});

test("what belongs to no company says so where one of several is chosen", () => {
	assert.equal(company_words("Team Activity", "A", 2), "all companies");
	assert.equal(company_words("Response Time", "A", 2), "all companies");
	assert.equal(company_words("Team Activity", "A", 1), "");
	assert.equal(company_words("Team Activity", "", 2), "");
	assert.equal(company_words("Deal to Cash", "A", 2), "");
	globalThis.locals = { ":Company": { A: {}, B: {} } };
	assert.equal(compared_words({ of_all_companies: true }), "against before, all companies");
	assert.equal(compared_words({}), "against before");
	globalThis.locals = { ":Company": { A: {} } };
	assert.equal(compared_words({ of_all_companies: true }), "against before");
	delete globalThis.locals;
});

test("only charts and cards of ours on a dashboard of ours take them", async () => {
	class Chart {
		set_chart_filters() {
			this.filters = this.filters || { group_by: "Owner" };
			return Promise.resolve();
		}
		fetch(filters, refresh) {
			return { ...filters, refresh };
		}
	}
	class Card {
		get_filters() {
			return {};
		}
		render_card() {
			return this.get_filters();
		}
	}
	share_filters({ chart: Chart, number_card: Card });
	share_filters({ chart: Chart, number_card: Card });
	let route = ["dashboard-view", "CRM Plus Sales"];
	let stored = { team: "T", period: "This Month" };
	let set = { group_by: "Owner" };
	let said = "";
	const subtitle_field = { text: (words) => (said = words) };
	Object.assign(globalThis.frappe, {
		get_route: () => route,
		get_user_settings: () => ({ crm_plus: stored }),
		model: { user_settings: { get: () => Promise.resolve({}) } },
		datetime: { get_today: () => "2026-11-22", str_to_user: (day) => day },
		dashboard_utils: { get_all_filters: () => set },
		defaults: { get_user_default: () => "Own" },
	});
	const chart_doc = { module: "CRM Plus", chart_type: "Report", report_name: "Win Loss Analysis" };
	const chart = Object.assign(new Chart(), { chart_doc, subtitle_field, chart_settings: {} });
	await chart.set_chart_filters();
	assert.equal(chart.filters.team, "T");
	assert.equal(chart.filters.to_date, "2026-11-30");
	assert.equal(said, "2026-11-01 – 2026-11-30");
	// What is not told of kept figures is asked for as Frappe does.
	Object.assign(globalThis, { $: () => ({ trigger: () => {} }), document: {} });
	Object.assign(globalThis.frappe, { is_online: () => true, call: () => Promise.resolve({ message: [null] }) });
	assert.deepEqual(await chart.fetch({ team: "T" }, true), { team: "T", chart_only: 1, refresh: true });
	assert.equal(chart.filters.chart_only, undefined);
	const of_no_report = { module: "CRM Plus", chart_type: "Custom", name: "CRM Plus Deals by Stage" };
	const of_company = ["2026-2027", "2026-04-01", "2027-03-31"];
	for (const [company, answer, days, asked_for] of [
		["C", of_company, of_company.slice(1), ["C"]],
		["D", { exc_type: "FiscalYearError" }, ["2026-01-01", "2026-12-31"], ["D"]],
		// What failed otherwise is asked again, and of all companies the reader's own.
		["E", {}, ["2026-01-01", "2026-12-31"], ["E", "E"]],
		["", of_company, of_company.slice(1), ["Own"]],
	]) {
		stored = { company, period: "This Fiscal Year" };
		const asked = [];
		globalThis.frappe.call = ({ args }) => {
			asked.push(args.company);
			return Array.isArray(answer) ? Promise.resolve({ message: answer }) : Promise.reject({ status: 417, responseJSON: answer });
		};
		globalThis.frappe.utils = { html2text: (text) => text };
		await chart.set_chart_filters();
		await chart.set_chart_filters();
		assert.deepEqual([chart.filters.from_date, chart.filters.to_date], days);
		assert.deepEqual(asked, asked_for);
	}
	globalThis.frappe.call = () => Promise.resolve({ message: [null] });
	const titles = [];
	const by_stage = Object.assign(new Chart(), { chart_doc: of_no_report, subtitle_field, chart_settings: {} });
	by_stage.set_title = () => titles.push(by_stage.title);
	for (const company of ["B", ""]) {
		stored = { team: "T", company };
		await by_stage.set_chart_filters();
		assert.deepEqual(by_stage.filters, { group_by: "Owner", team: "T", company });
	}
	assert.deepEqual(titles, ["Open Deals by Stage"]);
	stored = { team: "T", period: "This Month" };
	const card = Object.assign(new Card(), { card_doc: { module: "CRM Plus", type: "Custom" } });
	assert.deepEqual(await card.render_card(), { team: "T", company: "Own" });
	stored = {};
	await chart.set_chart_filters();
	assert.deepEqual(chart.filters, { group_by: "Owner", company: "Own" });
	assert.deepEqual(card.get_filters(), { company: "Own" });
	assert.equal(said, "This fiscal year");
	// The days that a chart is set to, which Frappe replaces by the report's, hold; those that a user set for himself more so.
	set = { group_by: "Owner", from_date: "2026-10-24", to_date: "2026-11-22" };
	await chart.set_chart_filters();
	assert.deepEqual(chart.filters, { ...set, company: "Own" });
	chart.chart_settings = { filters: "{}" };
	await chart.set_chart_filters();
	assert.equal(chart.filters.from_date, undefined);
	set = { group_by: "Owner" };
	chart_doc.report_name = "Team Activity";
	globalThis.locals = { ":Company": { Own: {}, Other: {} } };
	await chart.set_chart_filters();
	assert.deepEqual(chart.filters, { group_by: "Owner" });
	assert.equal(said, "This fiscal year · all companies");
	chart_doc.report_name = "Win Loss Analysis";
	delete globalThis.locals;
	// Who empties the company asks for all, cards and charts alike.
	stored = { company: "" };
	await chart.set_chart_filters();
	assert.deepEqual(chart.filters, { group_by: "Owner" });
	assert.deepEqual(card.get_filters(), { company: "" });
	for (const [other, module] of [
		[["dashboard-view", "Selling"], "CRM Plus"],
		[["Workspaces", "CRM Plus"], "CRM Plus"],
		[["dashboard-view", "CRM Plus Sales"], "Selling"],
	]) {
		route = other;
		card.card_doc.module = chart.chart_doc.module = module;
		chart.filters = null;
		await chart.set_chart_filters();
		assert.deepEqual(card.get_filters(), {});
		assert.deepEqual(chart.filters, { group_by: "Owner" });
		assert.deepEqual(chart.fetch({}, false), { refresh: false });
	}
	share_filters(undefined);
});

const drawing = await import("../../crm_plus/public/js/reports/drawing.js");
const { axis_text, draw_whole, needed_height, show_whole_legend } = drawing;

test("an axis has whole numbers without decimals", () => {
	assert.deepEqual(["100.00", "-250,00", 80, "1.50 K", "0.25", "2.005"].map(axis_text), ["100", "-250", "80", "1.50 K", "0.25", "2.005"]);
});

test("a picture is as high as its legend needs, and no lower than it was", () => {
	assert.equal(needed_height({ top: 100 }, { bottom: 350.4, height: 90 }), 259);
	assert.equal(needed_height({ top: 100 }, { bottom: 0, height: 0 }), 0);
	const heights = [];
	let rows = 3;
	const chart = {
		svg: {
			getBoundingClientRect: () => ({ top: 10 }),
			getAttribute: () => String(heights[heights.length - 1] || 240),
			setAttribute: (_name, height) => heights.push(height),
		},
		legendArea: { getBoundingClientRect: () => ({ height: rows * 30, bottom: 200 + rows * 30 }) },
		renderLegend: () => (rows += 1),
	};
	show_whole_legend(chart);
	show_whole_legend(chart);
	chart.renderLegend();
	assert.deepEqual(heights, [288, 318]);
	rows = -2;
	chart.renderLegend();
	assert.equal(heights.length, 2);
	show_whole_legend(undefined);
	show_whole_legend({});
});

test("only charts of ours are drawn so", () => {
	class Chart {
		get_chart_args() {
			return { height: 240, axisOptions: { xIsSeries: 0 } };
		}
	}
	draw_whole({ chart: Chart }, (doc) => doc === "ours");
	draw_whole({ chart: Chart }, () => true);
	globalThis.frappe.utils = { ...globalThis.frappe.utils, format_chart_axis_number: (number) => `${number}.00` };
	const others = Object.assign(new Chart(), { chart_doc: "theirs" });
	assert.deepEqual(others.get_chart_args(), { height: 240, axisOptions: { xIsSeries: 0 } });
	const { axisOptions } = Object.assign(new Chart(), { chart_doc: "ours" }).get_chart_args();
	assert.equal(axisOptions.xIsSeries, 0);
	assert.equal(axisOptions.numberFormatter(100), "100");
	draw_whole(undefined);
});

test("an administrator's own links, choices and checks are groups, as far as the user reads them", async () => {
	const { own_groups } = await import("../../crm_plus/public/js/reports/own_groups.js");
	const own = (fieldname, more) => ({ fieldname, label: fieldname.toUpperCase(), fieldtype: "Select", is_custom_field: 1, ...more });
	const fields = [
		own("region"),
		own("partner", { fieldtype: "Link", permlevel: 1 }),
		own("secret", { permlevel: 2 }),
		own("unseen", { hidden: 1 }),
		own("note", { fieldtype: "Data" }),
		{ fieldname: "stage", label: "Stage", fieldtype: "Link" },
	];
	assert.deepEqual(own_groups({ fields }, (level) => level < 2), [
		{ value: "region", label: "REGION" },
		{ value: "partner", label: "PARTNER" },
	]);
	assert.deepEqual(own_groups(undefined, () => true), []);
});

test("a report of ours has such an axis too, one of others keeps its own", () => {
	const { draw_whole_axis } = drawing;
	const drawn = [];
	const report = { report_name: "Ours", render_chart: (options) => drawn.push(options) };
	draw_whole_axis(report, (name) => name === "Ours");
	const once = report.render_chart;
	draw_whole_axis(report, () => true);
	assert.equal(report.render_chart, once);
	report.render_chart({ axisOptions: { numberFormatter: String } });
	assert.equal(drawn[0].axisOptions.numberFormatter(300), "300");
	report.report_name = "Theirs";
	report.render_chart({ axisOptions: { numberFormatter: String } });
	assert.equal(drawn[1].axisOptions.numberFormatter, String);
	report.render_chart(undefined);
});

test("a report of ours is always made anew, one of others as the Desk says", async () => {
	const { ask_always_anew } = await import("../../crm_plus/public/js/reports/stored.js");
	const report = { report_name: "Ours", ignore_prepared_report: false };
	const is_ours = (name) => name === "Ours";
	ask_always_anew(report, is_ours);
	ask_always_anew(report, is_ours);
	assert.equal(report.ignore_prepared_report, true);
	report.report_name = "Theirs";
	assert.equal(report.ignore_prepared_report, false);
	report.ignore_prepared_report = true;
	assert.equal(report.ignore_prepared_report, true);
	Object.assign(report, { ignore_prepared_report: false, report_name: "Ours" });
	assert.equal(report.ignore_prepared_report, true);
});

test("a dashboard of ours is not offered to who reads nothing that it counts", async () => {
	const { hide_empty_dashboards, shows_nothing } = await import("../../crm_plus/public/js/reports/shortcuts.js");
	const sales = { type: "Dashboard", link_to: "CRM Plus Sales" };
	assert.equal(shows_nothing(sales, () => false), true);
	assert.equal(shows_nothing(sales, (doctype) => doctype === "Interaction"), false);
	assert.equal(shows_nothing({ type: "Dashboard", link_to: "Accounts" }, () => false), false);
	assert.equal(shows_nothing({ type: "Report", link_to: "CRM Plus Sales" }, () => false), false);
	const hidden = [];
	class Shortcut {
		make() {
			this.widget = { hide: () => hidden.push(this.link_to), closest: () => ({ hide: () => {} }) };
		}
	}
	hide_empty_dashboards({ shortcut: Shortcut });
	hide_empty_dashboards({ shortcut: Shortcut });
	globalThis.frappe.model = { can_read: () => false };
	for (const link_to of ["CRM Plus Sales", "Accounts"]) Object.assign(new Shortcut(), { type: "Dashboard", link_to }).make();
	assert.deepEqual(hidden, ["CRM Plus Sales"]);
	hide_empty_dashboards(undefined);
});
