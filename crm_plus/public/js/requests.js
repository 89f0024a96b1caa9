// Requests to the server. What each can fail of is known here alone: a refusal, no answer at all, no network.

/**
 * Call a method; `quiet` where the caller shows the sentence at a place of its own. Rejects with an Error whose message is
 * the sentence for the user, and whose `exc_type` is the server's.
 */
export function request(method, { type = "POST", args = {}, quiet = false } = {}) {
	// Offline, Frappe asks for the open page instead, and would take that for the answer where it comes.
	if (!frappe.is_online()) return refuse(__("You are offline: nothing was saved. Try again when you are connected."), quiet);
	// Frappe shows the server's own sentence by itself, unless it is to be silent.
	return frappe.call({ method, type, args, silent: quiet }).then(
		({ message }) => message,
		(failed) => {
			const answer = failed?.responseJSON || {};
			const said = sentence(answer);
			const is_unanswered = !failed?.status;
			return refuse(said || __("The server did not answer: try again."), quiet || !is_unanswered, answer.exc_type);
		}
	);
}

function refuse(words, is_told, exc_type) {
	if (!is_told) frappe.show_alert({ message: words, indicator: "orange" });
	return Promise.reject(Object.assign(new Error(words), { exc_type }));
}

function sentence(answer) {
	const messages = answer._server_messages ? JSON.parse(answer._server_messages) : [];
	const texts = messages.map((message) => JSON.parse(message).message || "");
	return frappe.utils.html2text(texts.join(" "));
}
