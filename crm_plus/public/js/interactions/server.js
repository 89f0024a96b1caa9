// The requests of this folder. A failed one was shown by Frappe already; it rejects with the server's answer.

const API = "crm_plus.api.";

const call = (type, method, args) =>
	frappe.call({ method: API + method, type, args }).then(
		({ message }) => message,
		(failed) => Promise.reject(failed?.responseJSON || failed || {})
	);

export const get = (method, args = {}) => call("GET", method, args);
export const post = (method, args = {}) => call("POST", method, args);
