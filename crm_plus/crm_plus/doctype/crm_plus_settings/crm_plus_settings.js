frappe.ui.form.on("CRM Plus Settings", {
	refresh(frm) {
		frm.add_custom_button(__("Take Over Existing Data"), async () => {
			const { message: run } = await frappe.call({
				method: "crm_plus.api.adoption.prepare",
				freeze: true,
				freeze_message: __("Counting what is there …"),
			});
			frappe.set_route("Form", "Adoption Run", run);
		});
		crm_plus.backfill.show(frm);
	},
});
