// Each visit of a deal to a stage, newest first: how long, who moved it there and why.

const escape = (text) => frappe.utils.escape_html(String(text ?? ""));

function cause(visit) {
	const text = escape(__(visit.cause));
	if (!visit.cause_doctype || !visit.cause_name) return text;
	return `${text} · ${frappe.utils.get_form_link(visit.cause_doctype, visit.cause_name, true)}`;
}

function row(visit) {
	const note = visit.note ? `<div class="text-muted small">${escape(visit.note)}</div>` : "";
	return `<tr>
		<td>${escape(__(visit.stage_name))}</td>
		<td>${frappe.utils.get_formatted_duration(visit.seconds, { hide_seconds: visit.seconds >= 3600 }) || "0s"}</td>
		<td>${frappe.datetime.str_to_user(visit.entered_on)}</td>
		<td>${escape(frappe.user.full_name(visit.changed_by))}</td>
		<td>${cause(visit)}${note}</td>
	</tr>`;
}

export function html(visits) {
	const heads = [__("Stage"), __("Time There"), __("Since"), __("Moved By"), __("Cause")];
	return `<div class="table-responsive"><table class="table table-sm crm-stage-history">
		<thead><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead>
		<tbody>${[...visits].reverse().map(row).join("")}</tbody>
	</table></div>`;
}

export function render(frm) {
	const $wrapper = frm.fields_dict.stages_html.$wrapper.empty();
	if (frm.is_new()) return;
	const { name } = frm.doc;
	frappe.xcall("crm_plus.api.deals.stage_history", { deal: name }).then((visits) => {
		if (frm.doc.name === name) $wrapper.html(html(visits));
	});
}
