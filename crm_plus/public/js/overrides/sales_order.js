frappe.ui.form.on("Sales Order", { setup: (frm) => crm_plus.deal_links.setup(frm) });
