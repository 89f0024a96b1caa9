frappe.ui.form.on("Pipeline", {
	refresh(frm) {
		const $wrapper = frm.fields_dict.stages_html.$wrapper.empty();
		if (frm.is_new()) return void $wrapper.text(__("Save the pipeline, then add its stages."));
		crm_plus.deal.stages(frm.doc.name).then((stages) => show_stages(frm, $wrapper, stages));
	},
});

function show_stages(frm, $wrapper, stages) {
	const $list = $('<ol class="crm-stage-list"></ol>');
	stages.forEach((stage, index) => $list.append(stage_row(frm, stages, stage, index)));
	$wrapper.empty().append($list);
	if (!frappe.model.can_create("Pipeline Stage")) return;
	$(`<button type="button" class="btn btn-default btn-sm mt-3">${__("Add Stage")}</button>`)
		.on("click", () => frappe.new_doc("Pipeline Stage", { pipeline: frm.doc.name }))
		.appendTo($wrapper);
}

function stage_row(frm, stages, stage, index) {
	const colours = { Open: "blue", Won: "green", Lost: "red" };
	const $row = $("<li></li>").attr("data-stage", stage.name);
	const link = frappe.utils.get_form_link("Pipeline Stage", stage.name);
	$('<a class="crm-stage-list-name"></a>').attr("href", link).text(__(stage.stage_name)).appendTo($row);
	$(`<span class="indicator-pill ${stage.is_retired ? "gray" : colours[stage.outcome]}"></span>`)
		.text(stage.is_retired ? __("Retired") : `${__(stage.outcome)} · ${stage.probability}%`)
		.appendTo($row);
	if (frm.perm[0].write) {
		$row.append(mover(frm, stages, index, -1, "es-line-up", __("Move {0} up", [stage.stage_name])));
		$row.append(mover(frm, stages, index, 1, "es-line-down", __("Move {0} down", [stage.stage_name])));
	}
	return $row;
}

function mover(frm, stages, index, by, arrow, label) {
	return $('<button type="button" class="btn btn-default btn-sm"></button>')
		.html(frappe.utils.icon(arrow, "xs"))
		.attr("aria-label", label)
		.prop("disabled", !stages[index + by])
		.on("click", () => {
			const names = stages.map((stage) => stage.name);
			[names[index], names[index + by]] = [names[index + by], names[index]];
			frappe
				.xcall("crm_plus.api.deals.reorder_stages", { pipeline: frm.doc.name, names })
				.then(() => frm.trigger("refresh"));
		});
}
