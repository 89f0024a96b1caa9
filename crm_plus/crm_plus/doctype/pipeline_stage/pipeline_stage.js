frappe.ui.form.on("Pipeline Stage", {
	setup(frm) {
		frm.set_query("successor", () => ({
			filters: {
				pipeline: frm.doc.pipeline,
				outcome: frm.doc.outcome,
				is_retired: 0,
				name: ["!=", frm.doc.name],
			},
		}));
	},

	refresh(frm) {
		frappe.model.with_doctype("Deal", () => offer_fields(frm));
		if (!frm.is_new()) {
			frm.add_custom_button(__("Pipeline"), () => frappe.set_route("Form", "Pipeline", frm.doc.pipeline));
		}
	},
});

// The fields of a deal, custom ones included, instead of names to remember.
function offer_fields(frm) {
	const options = frappe
		.get_meta("Deal")
		.fields.filter((df) => !frappe.model.no_value_type.includes(df.fieldtype) || df.fieldtype === "Table")
		.filter((df) => !df.hidden && !df.read_only && df.label)
		.map((df) => ({ value: df.fieldname, label: __(df.label) }));
	frm.fields_dict.required_fields.grid.update_docfield_property("fieldname", "options", options);
}
