frappe.ui.form.on("Revenue Team", {
	refresh(frm) {
		const members = frm.doc.members || [];
		const leads = members.some((member) => member.is_leader && member.user === frappe.session.user);
		crm_plus.hand_over.add_button(
			frm,
			members.map((member) => member.user),
			leads
		);
	},
});
