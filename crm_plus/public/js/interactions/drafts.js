// What was typed and not saved when the page went away, or when the dialog was closed by a slip of the thumb: a session that
// ended takes the user to the login at once. It waits in this tab, for this user, and comes back when the same is opened again.

const PREFIX = "crm_plus_draft:";

const key = (given) => {
	const about = [given.follow_up, given.deal, given.customer_profile].map((one) => one || "");
	return PREFIX + JSON.stringify([frappe.session.user, ...about]);
};

/** Keep what `read()` gives, if anything, should the page go away; returns a function that ends it, or keeps it at once. */
export function keep(given, read) {
	const store = () => {
		const draft = read();
		if (draft) sessionStorage.setItem(key(given), JSON.stringify(draft));
	};
	window.addEventListener("pagehide", store);
	return ({ and_store = false } = {}) => {
		window.removeEventListener("pagehide", store);
		if (and_store) store();
	};
}

/** What was kept, once; null where there is nothing. */
export function take(given) {
	const kept = sessionStorage.getItem(key(given));
	sessionStorage.removeItem(key(given));
	return kept && JSON.parse(kept);
}
