frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["CRM Plus Deals by Stage"] = {
	method: "crm_plus.api.board.stage_chart",
	filters: [
		{ fieldname: "pipeline", label: __("Pipeline"), fieldtype: "Link", options: "Pipeline" },
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" },
	],
};
