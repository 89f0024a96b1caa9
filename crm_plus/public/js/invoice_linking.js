// Report "Invoices Without Deal": link the checked invoices to their deals, many at once, and show what became of each.

frappe.provide("crm_plus.invoice_linking");

const METHODS = "crm_plus.api.accounting";
const POLL_SECONDS = 2;

const escape = (text) => frappe.utils.escape_html(String(text ?? ""));

// Splits the checked rows: with a proposed deal, without one, and the one customer of the latter if it is one.
crm_plus.invoice_linking.sort_out = (rows) => {
	const proposed = rows.filter((row) => row.deal);
	const open = rows.filter((row) => !row.deal);
	const customers = [...new Set(open.map((row) => row.customer))];
	return { proposed, open, customer: customers.length === 1 ? customers[0] : "" };
};

crm_plus.invoice_linking.ask = (report) => {
	const rows = report.get_checked_items().filter((row) => !row.is_total);
	if (!rows.length) {
		frappe.show_alert({ message: __("Check the invoices to link first."), indicator: "orange" });
		return;
	}
	const choice = crm_plus.invoice_linking.sort_out(rows);
	const dialog = new frappe.ui.Dialog({
		title: __("Link to Deal"),
		fields: [
			{ fieldtype: "HTML", fieldname: "says", options: says(choice) },
			...deal_field(choice, report.get_filter_value("company")),
		],
		primary_action_label: __("Link"),
		primary_action: (values) => {
			const pairs = pairs_of(choice, values.deal);
			if (!pairs.length) {
				frappe.show_alert({ message: __("Choose a deal first."), indicator: "orange" });
				return;
			}
			dialog.hide();
			link(pairs, report);
		},
	});
	dialog.show();
};

function says({ proposed, open, customer }) {
	const lines = [];
	if (proposed.length) lines.push(__("Invoices to link to their proposed deal: {0}", [proposed.length]));
	if (open.length && customer) {
		lines.push(__("Invoices of {0} without a clear proposal: {1}. Choose their deal.", [customer, open.length]));
	}
	if (open.length && !customer) {
		lines.push(__("Invoices without a clear proposal: {0}. Check those of one customer to choose a deal.", [open.length]));
	}
	return lines.map((line) => `<p>${escape(line)}</p>`).join("");
}

function deal_field({ open, customer }, company) {
	if (!open.length || !customer) return [];
	const doc = { doctype: "Sales Invoice", customer, company };
	return [
		{
			fieldtype: "Link",
			fieldname: "deal",
			options: "Deal",
			label: __("Deal"),
			only_select: 1,
			filter_description: crm_plus.deal_links.description(),
			get_query: () => crm_plus.deal_links.query(doc),
		},
	];
}

function pairs_of({ proposed, open, customer }, deal) {
	const chosen = customer && deal ? open.map((row) => ({ invoice: row.name, deal })) : [];
	return [...proposed.map((row) => ({ invoice: row.name, deal: row.deal })), ...chosen];
}

async function link(pairs, report) {
	const { message } = await frappe.call({
		method: `${METHODS}.link_invoices`,
		args: { pairs: JSON.stringify(pairs) },
		freeze: true,
		freeze_message: __("Linking invoices"),
	});
	const results = message.results || (await finished(message.run, message.count));
	show_results(results);
	report.refresh();
}

// A long list is linked in the background; whoever closes the page finds the invoices linked all the same.
async function finished(run, count) {
	frappe.show_alert({ message: __("Linking in the background: {0} invoices", [count]), indicator: "blue" });
	for (;;) {
		await new Promise((resolve) => setTimeout(resolve, POLL_SECONDS * 1000));
		const { message } = await frappe.call({ method: `${METHODS}.linking_result`, args: { run }, type: "GET" });
		if (message.results) return message.results;
	}
}

function show_results(results) {
	const linked = results.filter((row) => row.linked).length;
	const failed = results.filter((row) => !row.linked);
	if (!failed.length) {
		frappe.show_alert({ message: __("Linked invoices: {0}", [linked]), indicator: "green" });
		return;
	}
	const lines = failed.map(
		(row) => `<li><b>${escape(row.invoice)}</b>: ${escape(strip_html(row.message))}</li>`
	);
	frappe.msgprint({
		title: __("Linked: {0}, not linked: {1}", [linked, failed.length]),
		message: `<ul>${lines.join("")}</ul>`,
		indicator: "orange",
	});
}
