// The board's requests. A failed one rejects with the sentence that the server gave.

const METHOD = "crm_plus.api.board.";

function call(method, args, type, quiet) {
	// Frappe shows the server's sentence in a dialog by itself, unless the board has a place of its own for it.
	const request = frappe.call({ method: METHOD + method, type, args, silent: quiet });
	return request.then(
		(response) => response.message,
		(failed) => Promise.reject(new Error(sentence(failed)))
	);
}

export const get_columns = (filters) => call("columns", { filters, with_cards: true }, "GET", true);
export const get_cards = (filters, stage, after) => call("cards", { filters, stage, after }, "GET");
export const get_changed = (filters, deals) => call("changed", { filters, deals }, "GET", true);
export const move = (filters, card, stage, loss) =>
	call("move", { filters, deal: card.name, stage, modified: card.modified, ...loss }, "POST");

function sentence(failed) {
	const answer = failed?.responseJSON || {};
	const messages = answer._server_messages ? JSON.parse(answer._server_messages) : [];
	const texts = messages.map((message) => JSON.parse(message).message || "");
	return frappe.utils.html2text(texts.join(" ")) || __("The server did not answer: try again.");
}
