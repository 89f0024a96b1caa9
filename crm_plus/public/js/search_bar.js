// The Desk's search bar also finds profiles and deals, by any fragment of name, e-mail or phone, that the user may open.
// Frappe's own global search does not look at who may open a record, so ours asks the server.

const METHOD = "crm_plus.api.search.find";
const WAIT_MS = 250;
const MIN_LENGTH = 2;
// Above Frappe's own suggestions (at most 100 for "Search for …"), in the order that the server gives.
const FIRST_INDEX = 99;

export function as_option(hit, position) {
	const escape = frappe.utils.escape_html;
	const detail = [__(hit.doctype), ...hit.detail, __(hit.stage)].map(escape).join(" · ");
	return {
		label: `<b>${escape(hit.title)}</b>`,
		description: detail,
		// The bar tells its entries apart by their value.
		value: `${hit.title} ${hit.name}`,
		index: FIRST_INDEX - position / 100,
		route: ["Form", hit.doctype, hit.name],
		default: "CRM Plus",
	};
}

function show(bar, text, hits) {
	const input = bar.awesomplete && bar.awesomplete.input;
	// The answer to an older question must not replace a newer one.
	if (!input || input.value.trim().replace(/\s\s+/g, " ") !== text) return;
	bar.options = bar.options.concat(hits.map(as_option));
	bar.awesomplete.list = bar.deduplicate(bar.options);
}

const ask = frappe.utils.debounce((bar, text) => {
	frappe
		.xcall(METHOD, { text })
		.then((hits) => show(bar, text, hits || []))
		.catch(() => {});
}, WAIT_MS);

function may_search() {
	return frappe.model.can_read("Customer Profile") || frappe.model.can_read("Deal");
}

function extend(AwesomeBar) {
	const add_defaults = AwesomeBar.prototype.add_defaults;
	AwesomeBar.prototype.add_defaults = function (text) {
		add_defaults.call(this, text);
		if (text.length >= MIN_LENGTH && text[0] !== "#" && may_search()) ask(this, text);
	};
}

if (frappe.search && frappe.search.AwesomeBar) extend(frappe.search.AwesomeBar);
