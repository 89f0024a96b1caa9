frappe.ui.form.on("User", { refresh: (frm) => crm_plus.hand_over.add_button(frm, [frm.doc.name]) });
