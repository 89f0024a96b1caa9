// What stands behind a deal (on its form) and behind a customer (on its profile): documents, amounts, what is owed.

frappe.provide("crm_plus.deal_documents");

const API = "crm_plus.api.deal_documents";
const FLOW = [
	["quoted_amount", __("Quoted")],
	["ordered_amount", __("Ordered")],
	["invoiced_amount", __("Invoiced")],
	["paid_amount", __("Paid")],
	["outstanding_amount", __("Outstanding")],
];
const BILLING_COLOURS = {
	"Not Billed": "gray",
	"Partly Billed": "orange",
	Billed: "blue",
	"Partly Paid": "yellow",
	Paid: "green",
};
const STATUS_COLOURS = {
	Paid: "green",
	Completed: "green",
	Ordered: "green",
	Overdue: "red",
	Lost: "red",
	Cancelled: "red",
	Expired: "gray",
	Draft: "gray",
	Closed: "gray",
	Return: "gray",
};

const escape = (text) => frappe.utils.escape_html(String(text ?? ""));

function money(amount, currency) {
	return amount === null || amount === undefined ? "" : escape(strip_html(format_currency(amount, currency)));
}

function link(doctype, name, label) {
	return `<a href="${frappe.utils.get_form_link(doctype, name)}">${escape(label || name)}</a>`;
}

function pill(status, colours) {
	return `<span class="indicator-pill ${colours[status] || "blue"}">${escape(__(status))}</span>`;
}

function strip(cells) {
	const html = cells.map(
		([label, value, mark]) =>
			`<div class="crm-flow-step ${mark || ""}"><div class="crm-flow-label">${escape(label)}</div>
			<div class="crm-flow-value">${value}</div></div>`
	);
	return `<div class="crm-flow">${html.join("")}</div>`;
}

function deal_strip({ flow, currency }) {
	const cells = FLOW.filter(([field]) => field in flow).map(([field, label]) => [
		label,
		money(flow[field], currency),
		field === "outstanding_amount" ? "crm-flow-apart" : "",
	]);
	if (flow.billing_status) {
		cells.push([__("Billing"), pill(flow.billing_status, BILLING_COLOURS), "crm-flow-apart"]);
	}
	return strip(cells);
}

// `columns` are [label, row => html]; the first is the document itself.
function table(rows, columns) {
	const head = columns.map(([label], at) => `<div class="${at > 1 ? "text-right" : ""}">${escape(label)}</div>`);
	const body = rows.map((row) => {
		const cells = columns.map(([label, cell], at) => {
			const html = cell(row);
			const empty = html ? "" : "crm-empty";
			return `<div class="${at > 1 ? "text-right" : ""} ${empty}" data-label="${escape(label)}">${html}</div>`;
		});
		return `<div class="crm-document ${row.counts ? "" : "crm-not-counted"}">${cells.join("")}</div>`;
	});
	const columns_class = `crm-columns-${columns.length}`;
	return `<div class="crm-documents ${columns_class}"><div class="crm-document crm-head">${head.join("")}</div>${body.join(
		""
	)}</div>`;
}

function document_cell(row) {
	const kind = row.is_return ? __("Return") : __(row.doctype);
	const day = row.date ? frappe.datetime.str_to_user(row.date) : "";
	return `<div class="crm-document-name">${link(row.doctype, row.name, row.title)}</div>
		<div class="text-muted small">${escape([kind, day].filter(Boolean).join(" · "))}</div>`;
}

const status_cell = (row) => pill(row.status, STATUS_COLOURS);

function note(text) {
	return `<div class="text-muted crm-note">${escape(text)}</div>`;
}

function deal_html(answer) {
	const columns = [
		[__("Document"), document_cell],
		[__("Status"), status_cell],
		[__("Total"), (row) => money(row.total, row.currency || answer.currency)],
		[__("This Deal's Share"), (row) => money(row.share, answer.currency)],
		[__("Unpaid"), (row) => money(row.unpaid, answer.currency)],
	];
	const parts = [deal_strip(answer)];
	if (answer.rows.length) parts.push(table(answer.rows, columns));
	else if (!answer.hidden) parts.push(note(__("No quotation, order or invoice belongs to this deal yet.")));
	if (answer.hidden === 1) parts.push(note(__("1 more document that you may not open.")));
	if (answer.hidden > 1) parts.push(note(__("{0} more documents that you may not open.", [answer.hidden])));
	return parts.join("");
}

function profile_html(answer) {
	const day = (value) => (value ? escape(frappe.datetime.str_to_user(value.slice(0, 10))) : "–");
	const cells = [[__("Last contact"), day(answer.last_contact)]];
	if (answer.may_open) cells.push([__("Last order"), day(answer.last_order)]);
	cells.push([__("Open deals"), String(answer.deals.length)]);
	for (const sums of answer.companies) {
		const of_company = answer.companies.length > 1 ? ` (${sums.company})` : "";
		cells.push([__("Sales, 12 months") + of_company, money(sums.sales, sums.currency)]);
		cells.push([__("Overdue") + of_company, money(sums.overdue, sums.currency), sums.overdue > 0 ? "crm-alert" : ""]);
	}
	const columns = [
		[__("Document"), document_cell],
		[__("Status"), status_cell],
	];
	if (answer.shows_amounts) columns.push([__("Total"), (row) => money(row.total, row.currency)]);
	const deals = answer.deals.map((deal) => ({
		doctype: "Deal",
		name: deal.name,
		title: deal.title,
		date: deal.expected_close_date,
		status: "Open",
		total: deal.amount,
		currency: deal.currency,
		counts: true,
	}));
	const rows = [...deals, ...answer.rows];
	const parts = [strip(cells)];
	if (rows.length) parts.push(table(rows, columns));
	else if (answer.may_open) parts.push(note(__("Nothing was quoted, ordered or invoiced yet.")));
	if (!answer.may_open) parts.push(note(__("You may not open this customer's quotations, orders and invoices.")));
	if (answer.has_more) parts.push(note(__("Older documents are in the lists of ERPNext.")));
	return parts.join("");
}

async function fill(frm, fieldname, method, args, to_html) {
	const field = frm.fields_dict[fieldname];
	if (!field) return;
	if (frm.is_new()) {
		field.$wrapper.empty();
		return;
	}
	const name = frm.doc.name;
	const { message } = await frappe.call({ method: `${API}.${method}`, args, type: "GET" });
	// The reader may have gone on to another record while this one's answer was under way.
	if (message && frm.doc.name === name) field.$wrapper.html(to_html(message));
}

crm_plus.deal_documents.render = (frm) =>
	fill(frm, "documents_html", "documents_of_deal", { deal: frm.doc.name }, deal_html);

crm_plus.deal_documents.render_profile = (frm) =>
	fill(frm, "history_html", "documents_of_profile", { profile: frm.doc.name }, profile_html);

frappe.ui.form.on("Deal", { refresh: (frm) => crm_plus.deal_documents.render(frm) });
frappe.ui.form.on("Customer Profile", { refresh: (frm) => crm_plus.deal_documents.render_profile(frm) });
