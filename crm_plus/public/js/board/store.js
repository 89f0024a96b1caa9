// The board's state and what changes it. The decisions are in model.js and filters.js, the requests in server.js.

import { nextTick, reactive } from "vue";
import { ask_lost_reason, ask_stage, keep_loss } from "./dialogs.js";
import { cleared, opening_filters, query_from_filters, with_filters } from "./filters.js";
import { heir } from "./keyboard.js";
import * as model from "./model.js";
import * as server from "./server.js";

const SETTINGS_KEY = "Pipeline Board";
const CHANGES_WAIT = 1000;
const MANY_CHANGES = 50;

export function create_store() {
	return new BoardStore();
}

class BoardStore {
	constructor() {
		this.state = reactive({
			filters: {},
			pipeline: "",
			pipelines: [],
			columns: [],
			can_create: false,
			can_write: false,
			loading: true,
			problem: "",
			current: null, // the card that Tab leads to
			moving: [], // cards whose move the server has not confirmed yet
			loading_stages: [],
			dragging: false,
			announcement: "",
		});
		this.request = 0;
		this.changed = new Set();
		this.moves = new Map();
		this.on_new_deal = () => {};
	}

	async open(search, handed_over) {
		const filters = opening_filters(search, handed_over, await this.last_used());
		this.state.filters = filters;
		return this.load();
	}

	async last_used() {
		await new Promise((resolve) => frappe.model.with_doctype("Deal", resolve));
		return frappe.get_user_settings("Deal", SETTINGS_KEY);
	}

	set_filters(changes) {
		this.show_filters(with_filters(this.state.filters, changes));
	}

	clear_filters() {
		this.show_filters(cleared(this.state.filters));
	}

	show_filters(filters) {
		if (query_from_filters(filters) === query_from_filters(this.state.filters)) return;
		this.state.filters = filters;
		this.load();
	}

	/** Read the whole board anew. An answer that a newer request has overtaken is dropped. */
	async load() {
		const request = ++this.request;
		this.state.loading = true;
		this.state.problem = "";
		this.write_address();
		try {
			const board = await server.get_columns(this.state.filters);
			if (request === this.request) this.show(board);
		} catch (error) {
			if (request !== this.request) return;
			this.state.problem = error.message;
			this.state.columns = [];
		}
		if (request === this.request) this.state.loading = false;
	}

	show(board) {
		const { state } = this;
		Object.assign(state, {
			pipeline: board.pipeline,
			pipelines: board.pipelines,
			can_create: board.can_create,
			can_write: board.can_write,
			columns: model.build_columns(board.columns),
		});
		state.filters = with_filters(state.filters, { pipeline: board.pipeline });
		this.write_address();
		this.remember();
		if (!model.find_card(state.columns, state.current)) state.current = heir(state.columns, null);
	}

	write_address() {
		if (frappe.get_route()[0] !== "pipeline-board") return;
		const address = window.location.pathname + query_from_filters(this.state.filters);
		window.history.replaceState(window.history.state, "", address);
	}

	remember() {
		const settings = { ...(frappe.model.user_settings["Deal"] || {}), [SETTINGS_KEY]: this.state.filters };
		const old = frappe.get_user_settings("Deal", SETTINGS_KEY);
		if (query_from_filters(old) !== query_from_filters(this.state.filters)) {
			frappe.model.user_settings.update("Deal", settings);
		}
	}

	async load_more(stage) {
		const { state } = this;
		const column = state.columns.find((one) => one.name === stage);
		if (!column?.next || state.loading_stages.includes(stage)) return;
		const request = this.request;
		state.loading_stages.push(stage);
		try {
			const page = await server.get_cards(state.filters, stage, column.next);
			if (request === this.request) state.columns = model.append_page(state.columns, stage, page);
		} finally {
			state.loading_stages = state.loading_stages.filter((one) => one !== stage);
		}
	}

	/** Move a card, after the move of it that is still under way; nothing follows one that was refused. */
	move(name, stage) {
		const before = this.moves.get(name) || Promise.resolve(true);
		const move = before.then((done) => done && this.move_now(name, stage));
		this.moves.set(name, move);
		return move.finally(() => this.moves.get(name) === move && this.moves.delete(name));
	}

	/** What the server refuses is undone, and its sentence shown. Resolves to whether the card stands there now. */
	async move_now(name, stage) {
		const { state } = this;
		const card = model.find_card(state.columns, name)?.card;
		const target = state.columns.find((column) => column.name === stage);
		if (!card || !target || card.stage === stage) return false;
		const loss = target.outcome === "Lost" ? await ask_lost_reason(card) : {};
		if (!loss) {
			this.announce(__("{0} was not moved.", [card.title]));
			this.focus(name);
			return false;
		}
		state.columns = model.move_card(state.columns, name, stage);
		state.moving.push(name);
		this.focus(name);
		const let_go = keep_loss(card, loss);
		try {
			const answer = await server.move(state.filters, card, stage, loss);
			let_go();
			state.columns = model.apply_changes(state.columns, [name], answer);
			this.announce(__("{0} was moved to {1}.", [card.title, __(target.title)]));
			return true;
		} catch (error) {
			let_go({ and_store: true });
			state.columns = model.undo_move(state.columns, card);
			this.announce(__("{0} was not moved.", [card.title]) + " " + error.message);
			this.note_change(name);
			return false;
		} finally {
			state.moving = state.moving.filter((one) => one !== name);
			this.focus(name);
		}
	}

	async choose_stage(name) {
		const card = model.find_card(this.state.columns, name)?.card;
		if (!card) return;
		const stage = await ask_stage(card, model.move_targets(this.state.columns, card.stage));
		if (!stage) return this.focus(name);
		const moved = await this.move(name, stage);
		// On a phone the column it went to is out of sight.
		if (moved) frappe.show_alert({ message: frappe.utils.escape_html(this.state.announcement), indicator: "green" });
		return moved;
	}

	move_sideways(name, step) {
		const { columns } = this.state;
		const stage = model.find_card(columns, name)?.column.name;
		const next = stage && model.neighbour_stage(columns, stage, step);
		if (next) this.move(name, next);
		else this.announce(__("There is no further stage."));
	}

	/** A deal was saved somewhere. Many at once (an import, a bulk edit) are one request. */
	note_change(name) {
		this.changed.add(name);
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.read_changes(), CHANGES_WAIT);
	}

	async read_changes() {
		const { state } = this;
		if (state.dragging || state.moving.length) return this.note_change([...this.changed][0]);
		const names = [...this.changed];
		this.changed.clear();
		if (names.length > MANY_CHANGES) return this.load();
		const request = this.request;
		try {
			const answer = await server.get_changed(state.filters, names);
			if (request !== this.request || state.moving.length) return;
			state.columns = model.apply_changes(state.columns, names, answer);
			if (!model.find_card(state.columns, state.current)) state.current = heir(state.columns, null);
		} catch {
			// Not asked for by the user; the next change or reload brings it.
		}
	}

	async focus(name) {
		if (!model.find_card(this.state.columns, name)) return;
		this.state.current = name;
		await nextTick();
		document.querySelector(`.pipeline-board .deal-card[data-name="${CSS.escape(name)}"]`)?.focus();
	}

	announce(text) {
		// A screen reader says the same text again only where it was away in between.
		this.state.announcement = "";
		nextTick(() => (this.state.announcement = text));
	}
}
