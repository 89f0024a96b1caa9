// An administrator's own fields of deals, as the reports over deals offer to group by them; the server refuses all others.

const GROUPABLE = ["Select", "Link", "Check"];

// reads: whether the user reads fields of a level.
export function own_groups(meta, reads) {
	const own = ((meta && meta.fields) || []).filter((field) => field.is_custom_field && GROUPABLE.includes(field.fieldtype));
	const shown = own.filter((field) => !field.hidden && !field.is_virtual && reads(field.permlevel || 0));
	return shown.map(({ fieldname, label }) => ({ value: fieldname, label: __(label) }));
}
