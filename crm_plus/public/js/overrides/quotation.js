frappe.ui.form.on("Quotation", { setup: (frm) => crm_plus.deal_links.setup(frm) });
