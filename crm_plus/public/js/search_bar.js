// The Desk's search bar also finds profiles and deals, by any fragment of name, e-mail or phone, that the user may open.
// Frappe's own global search does not look at who may open a record, so ours asks the server.

const METHOD = "crm_plus.api.search.find";
const WAIT_MS = 250;
const MIN_LENGTH = 2;
// The bar sorts by index. A good answer stands above Frappe's guesses at pages, other ones below "Search for …" (100).
const TOP = 1000;
const BELOW = 99;
const GOOD_RANK = 2;

export function as_option(hit, position, may_lead) {
	const escape = frappe.utils.escape_html;
	const detail = [__(hit.doctype), ...hit.detail, __(hit.stage)].map(escape).join(" · ");
	return {
		label: `<b>${escape(hit.title)}</b>`,
		description: detail,
		// The bar tells its entries apart by their value.
		value: `${hit.title} ${hit.name}`,
		index: (may_lead && hit.rank <= GOOD_RANK ? TOP : BELOW) - position / 100,
		route: ["Form", hit.doctype, hit.name],
		default: "CRM Plus",
	};
}

// Who types "sales order" wants that list, whatever a deal is called.
export function names_a_page(options, text) {
	const typed = text.toLowerCase();
	return options.some((option) => option.route && String(option.value).toLowerCase().startsWith(typed));
}

function show(bar, text, hits) {
	const input = bar.awesomplete && bar.awesomplete.input;
	// The answer to an older question must not replace a newer one.
	if (!input || input.value.trim().replace(/\s\s+/g, " ") !== text) return;
	const may_lead = !names_a_page(bar.options, text);
	bar.options = bar.options.concat(hits.map((hit, position) => as_option(hit, position, may_lead)));
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
