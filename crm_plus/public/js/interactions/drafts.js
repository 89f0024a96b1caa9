// What was typed and not saved when the page went away, or when a dialog was closed by a slip of the thumb: a session that
// ended takes the user to the login at once. It waits in this tab, for this user, and comes back when the same is opened again.

const PREFIX = "crm_plus_draft:";
// What holds nothing that is typed.
const SILENT = ["HTML", "Section Break", "Column Break", "Tab Break", "Button", "Heading"];

/** `about` names the dialog and the record: words by which the same one is known when it is opened again. */
const key = (about) => PREFIX + JSON.stringify([frappe.session.user, ...about.map((one) => one || "")]);

/** Keep what `read()` gives, if anything, should the page go away; returns a function that ends it, or keeps it at once. */
export function keep(about, read) {
	const store = () => {
		const draft = read();
		if (draft) sessionStorage.setItem(key(about), JSON.stringify(draft));
	};
	window.addEventListener("pagehide", store);
	return ({ and_store = false } = {}) => {
		window.removeEventListener("pagehide", store);
		if (and_store) store();
	};
}

/** What was kept, once; null where there is nothing. Says that it is back. */
export function take(about) {
	const kept = sessionStorage.getItem(key(about));
	sessionStorage.removeItem(key(about));
	if (kept) frappe.show_alert({ message: __("What you had written and not saved is back."), indicator: "blue" });
	return kept && JSON.parse(kept);
}

/** The values of a dialog's fields, by name. */
export function values_of(dialog) {
	const fields = Object.values(dialog.fields_dict).filter(({ df }) => df.fieldname && !SILENT.includes(df.fieldtype));
	return Object.fromEntries(fields.map(({ df }) => [df.fieldname, dialog.get_value(df.fieldname) ?? ""]));
}

/**
 * Bring back what was typed into a dialog that is shown, and keep what is typed now until it closes. `beside` reads and
 * writes what was chosen beside its fields: { read(), write(chosen) }.
 */
export function follow(dialog, about, beside = { read: () => null, write: () => {} }) {
	let is_touched = false;
	const draft = take(about);
	if (draft) {
		is_touched = true;
		if (draft.beside) beside.write(draft.beside);
		dialog.set_values(draft.fields);
	}
	dialog.$wrapper.on("input change click", "input, textarea, select, button, .awesomplete li", () => (is_touched = true));
	const end = keep(about, () => is_touched && { fields: values_of(dialog), beside: beside.read() });
	dialog.$wrapper.on("hidden.bs.modal", () => end());
}
