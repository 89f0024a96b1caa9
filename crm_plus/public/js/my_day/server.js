// My Day's requests. A failed one rejects with the sentence that the server gave; Frappe has shown it already unless quiet.

function call(method, args, type = "POST", quiet = false) {
	const request = frappe.call({ method: `crm_plus.api.${method}`, type, args, silent: quiet });
	return request.then(
		(response) => response.message,
		(failed) => Promise.reject(new Error(sentence(failed)))
	);
}

export const get_day = () => call("my_day.day", {}, "GET", true);
export const complete = (name, answer) => call("follow_ups.complete", { follow_up: name, answer });
export const snooze = (name, until) => call("follow_ups.snooze", { follow_up: name, until });
export const close_plan = (name, status) => call("interactions.close_plan", { interaction: name, status });
export const postpone = (name, until) => call("interactions.postpone", { interaction: name, until });

function sentence(failed) {
	const answer = failed?.responseJSON || {};
	const messages = answer._server_messages ? JSON.parse(answer._server_messages) : [];
	const texts = messages.map((message) => JSON.parse(message).message || "");
	return frappe.utils.html2text(texts.join(" ")) || __("The server did not answer: try again.");
}
