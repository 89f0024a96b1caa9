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

/** Keep it no longer: it was stored, be it after its dialog was closed. */
export const forget = (about) => sessionStorage.removeItem(key(about));

/** The values of a dialog's fields, by name. */
export function values_of(dialog) {
	const fields = Object.values(dialog.fields_dict).filter(({ df }) => df.fieldname && !SILENT.includes(df.fieldtype));
	return Object.fromEntries(fields.map(({ df }) => [df.fieldname, dialog.get_value(df.fieldname) ?? ""]));
}

/**
 * Bring back what was typed into a dialog that is shown, and keep what is typed now until it is sent; returns a function to be
 * called when it is. A dialog that is closed unsent keeps what was typed: what was chosen with a tap is soon chosen again.
 * `beside` reads and writes what was chosen beside its fields: { read(), write(chosen) }.
 */
export function follow(dialog, about, beside = { read: () => null, write: () => {} }) {
	let is_touched = false;
	let is_typed = false;
	let is_sent = false;
	const first = values_of(dialog);
	const draft = take(about);
	if (draft) {
		is_touched = is_typed = true;
		if (draft.beside) beside.write(draft.beside);
		fill(dialog, draft.fields);
	}
	dialog.$wrapper.on("input change click", "input, textarea, select, button, .awesomplete li", () => (is_touched = true));
	dialog.$wrapper.on("input", "input, textarea", () => (is_typed = true));
	const end = keep(about, () => is_touched && { fields: values_of(dialog), beside: beside.read() });
	// Not when it is hidden: by then some have taken it off the page.
	dialog.$wrapper.on("hide.bs.modal", () => end({ and_store: is_typed && !is_sent && holds_more(dialog, first, beside.read()) }));
	return () => {
		is_sent = true;
		forget(about);
	};
}

/** The texts first, as if they were typed: a choice that shows only beside them cannot be filled while it is hidden. */
async function fill(dialog, fields) {
	const is_text = ([name]) => dialog.fields_dict[name]?.$input?.is("textarea");
	await dialog.set_values(Object.fromEntries(Object.entries(fields).filter(is_text)));
	dialog.$wrapper.find("textarea").trigger("input");
	await new Promise((resolve) => setTimeout(resolve));
	await dialog.set_values(fields);
}

/** Whether anything was typed that did not stand there from the start. */
function holds_more(dialog, first, beside) {
	const is_select = (name) => dialog.fields_dict[name].df.fieldtype === "Select";
	const is_more = ([name, value]) => value && value !== first[name] && !is_select(name);
	return Boolean(beside?.own_time) || Object.entries(values_of(dialog)).some(is_more);
}
