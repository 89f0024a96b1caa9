// What a customer owes and how he pays, on the forms of profiles and deals, for those who may read invoices.

frappe.provide("crm_plus.credit_panel");

const METHOD = "crm_plus.api.profiles.credit";

function amount(value, summary) {
	return format_currency(value, summary.currency);
}

function used(summary) {
	const text = amount(summary.used, summary);
	if (!summary.limit) return text;
	const percent = Math.round((summary.used / summary.limit) * 100);
	return __("{0} ({1}%)", [text, percent]);
}

export function figures(summary) {
	const is_over = summary.limit && summary.used > summary.limit;
	const days = summary.average_days_to_pay;
	return [
		{ label: __("Credit Limit"), text: summary.limit ? amount(summary.limit, summary) : __("No limit") },
		{ label: __("Used"), text: used(summary), is_bad: is_over },
		{ label: __("Overdue"), text: amount(summary.overdue, summary), is_bad: summary.overdue > 0 },
		{
			label: __("Average Days to Pay"),
			text: days === null ? __("No paid invoice yet") : __("{0} days", [days]),
		},
	];
}

function html(summary) {
	const cell = (figure) => `
		<div class="col-sm-3 col-6 mb-2">
			<div class="text-muted small">${figure.label}</div>
			<div class="bold ${figure.is_bad ? "text-danger" : ""}">${figure.text}</div>
		</div>`;
	const link = frappe.utils.get_form_link("Customer", summary.customer, true);
	return `<div class="row">${figures(summary).map(cell).join("")}</div>
		<div class="text-muted small">${link} · ${frappe.utils.escape_html(summary.company)}</div>`;
}

// Fills the field `credit_html` of a form, and hides its section where there is nothing that the user may see.
crm_plus.credit_panel.show = function (frm, profile, company) {
	const field = frm.fields_dict.credit_html;
	if (!field) return;
	frm.toggle_display("credit_section", false);
	if (!profile || !frappe.model.can_read("Sales Invoice")) return;
	const docname = frm.doc.name;
	frappe.xcall(METHOD, { profile, company: company || null }).then((summary) => {
		if (!summary || frm.doc.name !== docname) return;
		field.$wrapper.html(html(summary));
		frm.toggle_display("credit_section", true);
	});
};
