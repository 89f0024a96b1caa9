frappe.ui.form.on("Sales Invoice", { setup: (frm) => crm_plus.deal_links.setup(frm) });
