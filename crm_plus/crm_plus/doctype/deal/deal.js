frappe.ui.form.on("Deal", {
	setup(frm) {
		set_queries(frm);
		// From the documents' tab too, a quotation is made of the deal, and what follows is made of the quotation.
		frm.make_methods = { Quotation: () => crm_plus.deal.actions.quote(frm) };
		frm.can_make_methods = { Quotation: crm_plus.deal.actions.may_quote };
		for (const later of ["Sales Order", "Sales Invoice", "Project"]) frm.can_make_methods[later] = () => false;
	},

	onload(frm) {
		if (frm.is_new()) fill_new(frm);
	},

	refresh(frm) {
		frappe.dynamic_link = { doc: frm.doc, fieldname: "customer_profile", doctype: "Customer Profile" };
		show_stages(frm);
		toggle_rate(frm);
		crm_plus.deal.stage_history.render(frm);
		crm_plus.deal.competitors.offer(frm.fields_dict.competitor);
		show_intro(frm);
		crm_plus.credit_panel.show(frm, frm.doc.customer_profile, frm.doc.company);
	},

	validate: (frm) => drop_empty_rows(frm),

	pipeline(frm) {
		return show_stages(frm).then((stages) => {
			if (stages.some((stage) => stage.name === frm.doc.stage)) return;
			const first = stages.find((stage) => stage.outcome === "Open" && !stage.is_retired);
			// A new deal starts at the left; for one that is moved here somebody has to say where it stands.
			frm.set_value("stage", frm.is_new() && first ? first.name : "");
		});
	},

	stage(frm) {
		show_stages(frm).then((stages) => {
			const stage = stages.find((one) => one.name === frm.doc.stage);
			if (stage && !frm.doc.probability_overridden) frm.set_value("probability", stage.probability);
		});
	},

	company(frm) {
		if (!frm.doc.company) return;
		frm.set_value("taxes_and_charges", "");
		if (frm.doc.items?.length || frm.doc.amount) return find_rate(frm);
		const own = erpnext.get_currency(frm.doc.company);
		return frm.doc.currency === own ? find_rate(frm) : frm.set_value("currency", own);
	},

	currency: (frm) => find_rate(frm),
	conversion_rate: (frm) => add_up(frm),
	amount: (frm) => add_up(frm),
	additional_discount_percentage: (frm) => add_up(frm),
	customer_profile: (frm) => frm.set_value("contact", ""),
});

frappe.ui.form.on("Deal Item", {
	item_code: (frm, cdt, cdn) => fetch_item(frm, locals[cdt][cdn], ""),
	uom: (frm, cdt, cdn) => fetch_item(frm, locals[cdt][cdn], locals[cdt][cdn].uom),
	qty: (frm, cdt, cdn) => price(frm, cdt, cdn, "qty"),
	rate: (frm, cdt, cdn) => price(frm, cdt, cdn, "rate"),
	discount_percentage: (frm, cdt, cdn) => price(frm, cdt, cdn, "discount_percentage"),
	items_remove: (frm) => add_up(frm),
});

function set_queries(frm) {
	const only = (filters) => () => ({ filters });
	frm.set_query("pipeline", only({ disabled: 0 }));
	frm.set_query("stage", () => ({ filters: { pipeline: frm.doc.pipeline, is_retired: 0 } }));
	frm.set_query("lost_reason", only({ disabled: 0 }));
	frm.set_query("selling_price_list", only({ selling: 1, enabled: 1 }));
	frm.set_query("taxes_and_charges", () => ({ filters: { company: frm.doc.company, disabled: 0 } }));
	frm.set_query("tc_name", only({ selling: 1, disabled: 0 }));
	frm.set_query("item_code", "items", () => ({
		query: "erpnext.controllers.queries.item_query",
		filters: { is_sales_item: 1, has_variants: 0 },
	}));
	frm.set_query("contact", () => ({
		query: "frappe.contacts.doctype.contact.contact.contact_query",
		filters: { link_doctype: "Customer Profile", link_name: frm.doc.customer_profile },
	}));
}

function show_intro(frm) {
	const found = crm_plus.deal.intro.intro(frm.doc, frappe.datetime.get_today());
	frm.set_intro(found ? frappe.utils.escape_html(found.text) : "", found?.color);
}

// A row that the keyboard added behind the last one, with nothing in it but its quantity, is none.
function drop_empty_rows(frm) {
	const rows = frm.doc.items || [];
	const kept = rows.filter((row) => row.item_code || row.rate || row.description);
	if (kept.length === rows.length) return;
	kept.forEach((row, index) => (row.idx = index + 1));
	frm.doc.items = kept;
	frm.refresh_field("items");
}

async function fill_new(frm) {
	if (frm.doc.company) await frm.trigger("company");
	if (frm.doc.pipeline) return frm.trigger("pipeline");
	const { message } = await frappe.db.get_value("Pipeline", { is_default: 1 }, "name");
	if (message?.name) await frm.set_value("pipeline", message.name);
}

async function show_stages(frm) {
	const { pipeline } = frm.doc;
	const stages = await crm_plus.deal.stages(pipeline);
	if (pipeline !== frm.doc.pipeline) return stages;
	const { move, press } = crm_plus.deal.actions;
	const may_move = frm.perm[0].write ? press((stage) => move(frm, stage)) : null;
	crm_plus.deal.stage_bar.render(frm.fields_dict.stage_bar_html.$wrapper, stages, frm.doc.stage, may_move);
	frm.clear_custom_buttons();
	crm_plus.deal.actions.add_buttons(frm, stages);
	return stages;
}

function toggle_rate(frm) {
	const own = frm.doc.company && erpnext.get_currency(frm.doc.company);
	const foreign = Boolean(frm.doc.currency && own && frm.doc.currency !== own);
	frm.toggle_display(["conversion_rate", "base_amount"], foreign);
}

async function find_rate(frm) {
	toggle_rate(frm);
	const { currency, company } = frm.doc;
	if (!currency || !company) return;
	const rate = await frappe.xcall("crm_plus.api.deals.exchange_rate", { currency, company });
	await frm.set_value("conversion_rate", rate);
	add_up(frm);
}

async function fetch_item(frm, row, uom) {
	if (!row.item_code) return;
	const { currency, selling_price_list, customer_profile, company, conversion_rate } = frm.doc;
	const found = await frappe.xcall("crm_plus.api.deals.item_details", {
		...{ currency, selling_price_list, customer_profile, company, conversion_rate },
		...{ item_code: row.item_code, uom },
	});
	// Written past the triggers: the unit that is filled in here must not ask for itself.
	Object.assign(row, found, { rate: found.price_list_rate || row.rate || 0, discount_percentage: 0 });
	price(frm, row.doctype, row.name, "item_code");
}

function price(frm, cdt, cdn, changed) {
	const row = locals[cdt][cdn];
	Object.assign(row, crm_plus.deal.value.price_row(row, changed, flt, precision("rate", row)));
	row.base_amount = flt(row.amount * (frm.doc.conversion_rate || 1), precision("base_amount", row));
	frm.refresh_field("items");
	add_up(frm);
}

function add_up(frm) {
	const { doc } = frm;
	const digits = precision("amount");
	if (doc.items?.length) {
		const amounts = doc.items.map((row) => row.amount);
		doc.amount = crm_plus.deal.value.total(amounts, doc.additional_discount_percentage, flt, digits);
	}
	doc.base_amount = flt(doc.amount * (doc.conversion_rate || 1), digits);
	frm.refresh_fields(["amount", "base_amount"]);
	frm.dirty();
}
