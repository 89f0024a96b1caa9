// The Deal field of ERPNext's sales documents: the party's open deals first, never another party's or company's.

frappe.provide("crm_plus.deal_links");

// The filters by which the server finds the deals of a document's party.
crm_plus.deal_links.filters = (doc) => {
	const is_quotation = doc.doctype === "Quotation";
	return {
		document_type: doc.doctype,
		party_type: is_quotation ? doc.quotation_to : "Customer",
		party: (is_quotation ? doc.party_name : doc.customer) || "",
		company: doc.company || "",
	};
};

// What the list of deals says below itself, in place of the names of the filters.
crm_plus.deal_links.description = () => __("Deals of this customer and company, open ones first");

crm_plus.deal_links.query = (doc) => ({
	query: "crm_plus.api.accounting.deals_for_document",
	filters: crm_plus.deal_links.filters(doc),
});

// On the header and on every row, before and after submission.
crm_plus.deal_links.setup = (frm) => {
	const query_of = (doctype) => () => {
		// Each document has fields of its own, made at Frappe's pleasure: they are there when the list is asked for.
		const field = frappe.meta.get_docfield(doctype, "crm_plus_deal", frm.doc.name);
		if (field) field.filter_description = crm_plus.deal_links.description();
		return crm_plus.deal_links.query(frm.doc);
	};
	frm.set_query("crm_plus_deal", query_of(frm.doctype));
	frm.set_query("crm_plus_deal", "items", query_of(`${frm.doctype} Item`));
};
