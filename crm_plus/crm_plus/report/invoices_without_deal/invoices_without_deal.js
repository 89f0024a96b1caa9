frappe.query_reports["Invoices Without Deal"] = {
	...crm_plus.reports.define({
		only: [],
		onload(report) {
			report.page.add_inner_button(__("Link to Deal"), () => crm_plus.invoice_linking.ask(report)).addClass("btn-primary");
		},
		filters: [
			{
				fieldname: "company",
				label: __("Company"),
				fieldtype: "Link",
				options: "Company",
				default: frappe.defaults.get_user_default("Company"),
				reqd: 1,
			},
			{ fieldname: "customer", label: __("Customer"), fieldtype: "Link", options: "Customer" },
			{
				fieldname: "from_date",
				label: __("From Date"),
				fieldtype: "Date",
				default: frappe.datetime.add_months(frappe.datetime.get_today(), -12),
			},
			{ fieldname: "to_date", label: __("To Date"), fieldtype: "Date", default: frappe.datetime.get_today() },
			{ fieldname: "only_with_proposals", label: __("Only With a Proposed Deal"), fieldtype: "Check" },
		],
	}),

	get_datatable_options: (options) => ({ ...options, checkboxColumn: true }),

	// The table keeps its checks by row number: after a refresh they would stand on other invoices.
	after_datatable_render: (datatable) => datatable.rowmanager.checkAll(false),
};
