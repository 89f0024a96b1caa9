// How the charts of our dashboards are drawn where Frappe's own way leaves something out: on a narrow screen a legend takes more
// rows than the picture is high, and is cut off.

// Pixels below the legend's last row.
const BELOW = 8;

// Frappe writes 100 to 999 at an axis with two decimals, what is less with none, and what is more as thousands.
export function axis_text(text) {
	return String(text).replace(/^(-?\d+)[.,]00$/, "$1");
}

function axis_number(number, country) {
	return axis_text(frappe.utils.format_chart_axis_number(number, country));
}

// Lets the charts of a report have such an axis; `is_ours` tells whether a report, by its name, is drawn so.
export function draw_whole_axis(report, is_ours) {
	if (report.crm_plus_axis) return;
	report.crm_plus_axis = true;
	const render_chart = report.render_chart;
	report.render_chart = function (options) {
		if (options && options.axisOptions && is_ours(this.report_name)) options.axisOptions.numberFormatter = axis_number;
		return render_chart.apply(this, arguments);
	};
}

// How high a picture has to be for its legend, seen from the page's top: the picture's and the legend's place; 0 for unseen ones.
export function needed_height(picture, legend) {
	return legend.height ? Math.ceil(legend.bottom - picture.top) + BELOW : 0;
}

function make_room({ svg, legendArea }) {
	if (!svg || !legendArea) return;
	const height = needed_height(svg.getBoundingClientRect(), legendArea.getBoundingClientRect());
	if (height > Number(svg.getAttribute("height"))) svg.setAttribute("height", height);
}

// A chart draws its legend anew with other figures and in another width.
export function show_whole_legend(drawn) {
	if (!drawn || !drawn.renderLegend || drawn.crm_plus_legend) return;
	drawn.crm_plus_legend = true;
	const render_legend = drawn.renderLegend;
	drawn.renderLegend = function () {
		render_legend.apply(this, arguments);
		make_room(this);
	};
	make_room(drawn);
}

// Lets the charts that `is_ours` tells be drawn so.
export function draw_whole(factory, is_ours) {
	const { chart } = factory || {};
	if (!chart || chart.prototype.crm_plus_drawing) return;
	chart.prototype.crm_plus_drawing = true;
	const get_chart_args = chart.prototype.get_chart_args;
	chart.prototype.get_chart_args = function () {
		const args = get_chart_args.apply(this, arguments);
		if (!is_ours(this.chart_doc)) return args;
		// Frappe draws it as soon as it has these.
		setTimeout(() => show_whole_legend(this.dashboard_chart));
		return { ...args, axisOptions: { ...args.axisOptions, numberFormatter: axis_number } };
	};
}
