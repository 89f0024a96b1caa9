const PROFILE = "Customer Profile";

frappe.ui.form.on("Segment", {
	refresh(frm) {
		frm.fields_dict.preview_html.$wrapper.empty();
		frm.add_custom_button(__("Show Profiles"), () => show_profiles(frm));
		if (!frm.is_new() && frappe.model.can_create("Outreach")) {
			frm.add_custom_button(__("New Outreach"), () => frappe.new_doc("Outreach", { segment: frm.doc.name }));
		}
		return show_conditions(frm);
	},
});

// Frappe's own filter widget, as above its lists.
async function show_conditions(frm) {
	await frappe.model.with_doctype(PROFILE);
	const wrapper = frm.fields_dict.conditions_html.$wrapper.empty();
	const parent = $('<div class="filter-area crm-segment-conditions"></div>').appendTo(wrapper);
	if (!frm.perm[0]?.write) return parent.text(in_words(frm));
	const group = new frappe.ui.FilterGroup({
		parent,
		doctype: PROFILE,
		on_change: () => {
			if (!group.is_ready) return;
			const conditions = JSON.stringify(group.get_filters().map(([, ...condition]) => condition.slice(0, 3)));
			if (conditions !== JSON.stringify(stored(frm))) frm.set_value("conditions", conditions);
		},
	});
	await group.add_filters_to_filter_group(stored(frm).map((condition) => [PROFILE, ...condition]));
	group.is_ready = true;
}

function stored(frm) {
	try {
		return JSON.parse(frm.doc.conditions || "[]");
	} catch {
		return [];
	}
}

function in_words(frm) {
	const label = (field) => __(frappe.meta.get_label(PROFILE, field));
	const words = stored(frm).map(([field, operator, value]) => `${label(field)} ${__(operator)} ${value}`);
	return words.join(" · ") || __("Every customer profile");
}

async function show_profiles(frm) {
	const { count, first } = await frappe.xcall("crm_plus.api.segments.preview", {
		conditions: frm.doc.conditions || "[]",
	});
	const text = frappe.utils.escape_html;
	const route = frappe.router.slug(PROFILE);
	const rows = first.map((row) => {
		const beside = [row.lifecycle_stage && __(row.lifecycle_stage), row.territory].filter(Boolean).map(text);
		const link = `${frappe.router.make_url?.([route]) || `/app/${route}`}/${encodeURIComponent(row.name)}`;
		return `<li><a href="${text(link)}">${text(row.full_name || row.name)}</a> <span class="text-muted">${beside.join(" · ")}</span></li>`;
	});
	const more = count > first.length ? `<li class="text-muted">${__("and {0} more", [count - first.length])}</li>` : "";
	frm.fields_dict.preview_html.$wrapper.addClass("mt-4").html(
		`<p><b>${count === 1 ? __("1 profile") : __("{0} profiles", [count])}</b> ${__("that you may see")}</p><ul>${rows.join("")}${more}</ul>`
	);
}
