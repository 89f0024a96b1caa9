// The board's requests. A failed one rejects with the sentence that the server gave.

import { request } from "../requests.js";

const METHOD = "crm_plus.api.board.";

// The server's sentence is shown at once, unless the board has a place of its own for it.
const call = (method, args, type, quiet) => request(METHOD + method, { type, args, quiet });

export const get_columns = (filters) => call("columns", { filters, with_cards: true }, "GET", true);
export const get_cards = (filters, stage, after) => call("cards", { filters, stage, after }, "GET");
export const get_changed = (filters, deals) => call("changed", { filters, deals }, "GET", true);
export const move = (filters, card, stage, loss) =>
	call("move", { filters, deal: card.name, stage, modified: card.modified, ...loss }, "POST");
