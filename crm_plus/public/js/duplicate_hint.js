// While a profile is typed: a line above the form for each profile that is probably the same.

frappe.provide("crm_plus.duplicate_hint");

const METHOD = "crm_plus.api.profiles.find_duplicates";
const WAIT_MS = 500;
const FIELDS = ["full_name", "email", "phone", "territory", "profile_type", "organization"];

const ask = frappe.utils.debounce((frm) => {
	const doc = frm.doc;
	if (!doc.full_name && !doc.email && !doc.phone) return;
	const typed = Object.fromEntries(FIELDS.map((name) => [name, doc[name] || ""]));
	const name = frm.is_new() ? "" : doc.name;
	frappe.xcall(METHOD, { ...typed, name }).then((twins) => {
		if (frm.doc.name !== doc.name) return;
		frm.set_intro("");
		const lines = [...new Set(twins.map((twin) => twin.html))];
		if (lines.length) frm.set_intro(lines.join("<br>"), "orange");
	});
}, WAIT_MS);

crm_plus.duplicate_hint.check = (frm) => ask(frm);
