// The board as data: columns with their cards, counts and sums, and what a move does to them.
// Plain functions that return a new board and leave the old one as it was, so that rolling back is keeping the old one.
// No Frappe: see tests/js/board_model.test.mjs.

/** What the server sent, as the board's columns; cards that are loaded already are kept where none came along. */
export function build_columns(rows, old_columns = []) {
	const old = new Map(old_columns.map((column) => [column.name, column]));
	return rows.map((row) => ({
		...row,
		cards: row.cards || old.get(row.name)?.cards || [],
		next: row.cards ? row.next : (old.get(row.name)?.next ?? null),
	}));
}

export function find_card(columns, name) {
	for (const column of columns) {
		const index = column.cards.findIndex((card) => card.name === name);
		if (index >= 0) return { column, card: column.cards[index], index };
	}
	return null;
}

/** A further page of a column; a card that came in meanwhile is not shown twice. */
export function append_page(columns, stage, page) {
	return change_column(columns, stage, (column) => {
		const known = new Set(column.cards.map((card) => card.name));
		const fresh = page.cards.filter((card) => !known.has(card.name));
		return { ...column, cards: [...column.cards, ...fresh], next: page.next };
	});
}

/** The board as it will be once the server has agreed: the card on top of its new column, counts and sums moved. */
export function move_card(columns, name, to_stage) {
	const found = find_card(columns, name);
	const target = columns.find((column) => column.name === to_stage);
	if (!found || !target || found.column.name === to_stage) return columns;
	const { card, column: source } = found;
	const probability = card.probability_overridden ? card.probability : target.probability;
	const moved = { ...card, stage: to_stage, probability, days_in_stage: 0, rotten: false };
	return columns.map((column) => {
		if (column.name === source.name) return count_card(without(column, name), card, -1);
		if (column.name === to_stage) {
			return count_card({ ...column, cards: [moved, ...column.cards] }, moved, 1);
		}
		return column;
	});
}

/** The board without a move that the server refused: the card, as it was, back where it stood. */
export function undo_move(columns, card) {
	const found = find_card(columns, card.name);
	if (found?.column.name === card.stage) return columns;
	const rest = found
		? change_column(columns, found.column.name, (column) =>
				count_card(without(column, card.name), found.card, -1)
		  )
		: columns;
	return change_column(rest, card.stage, (column) => count_card(insert_sorted(column, card), card, 1));
}

/**
 * What the server says of some cards: each stands where its stage is, and is gone where the filters hide it now.
 * Counts and sums are the server's: of all columns, or of those that `stages` names.
 */
export function apply_changes(columns, names, { columns: rows, cards, stages }) {
	const by_name = new Map(cards.map((card) => [card.name, card]));
	let next = columns;
	for (const name of names) next = place_card(next, name, by_name.get(name));
	return stages ? renew_columns(next, rows, stages) : build_columns(rows, next);
}

/** Some columns anew; one of them that the server shows no more goes. */
function renew_columns(columns, rows, stages) {
	const fresh = new Map(build_columns(rows, columns).map((column) => [column.name, column]));
	return columns
		.filter((column) => fresh.has(column.name) || !stages.includes(column.name))
		.map((column) => fresh.get(column.name) || column);
}

function place_card(columns, name, card) {
	const found = find_card(columns, name);
	if (card && found && found.column.name === card.stage && same_place(found.card, card)) {
		return change_column(columns, card.stage, (column) => ({
			...column,
			cards: column.cards.map((old) => (old.name === name ? card : old)),
		}));
	}
	const rest = found ? change_column(columns, found.column.name, (column) => without(column, name)) : columns;
	return card ? change_column(rest, card.stage, (column) => insert_sorted(column, card)) : rest;
}

function same_place(old, card) {
	return String(old.stage_entered_on) === String(card.stage_entered_on);
}

/** Newest in the stage first; a card behind the last one loaded comes with its page. */
function insert_sorted(column, card) {
	if (column.cards.some((other) => other.name === card.name)) return column;
	const index = column.cards.findIndex((other) => is_before(card, other));
	if (index < 0) return column.next ? column : { ...column, cards: [...column.cards, card] };
	return { ...column, cards: [...column.cards.slice(0, index), card, ...column.cards.slice(index)] };
}

function is_before(card, other) {
	const [a, b] = [String(card.stage_entered_on || ""), String(other.stage_entered_on || "")];
	return a === b ? card.name > other.name : a > b;
}

function without(column, name) {
	return { ...column, cards: column.cards.filter((card) => card.name !== name) };
}

function count_card(column, card, sign) {
	return {
		...column,
		count: column.count + sign,
		rotten: column.rotten + (card.rotten ? sign : 0),
		sums: add_to_sums(column.sums, card, sign),
	};
}

function add_to_sums(sums, card, sign) {
	if (card.base_amount === null || card.base_amount === undefined) return sums;
	const currency = card.company_currency;
	const known = sums.some((sum) => sum.currency === currency);
	const all = known ? sums : [...sums, { currency, amount: 0, weighted: 0 }];
	return all.map((sum) =>
		sum.currency === currency
			? {
					...sum,
					amount: sum.amount + sign * card.base_amount,
					weighted: sum.weighted + (sign * card.base_amount * (card.probability || 0)) / 100,
			  }
			: sum
	);
}

/** What stands in the open stages together: count, rotten, and one sum per currency. */
export function open_totals(columns) {
	const totals = { count: 0, rotten: 0, sums: [] };
	for (const column of columns.filter((one) => one.outcome === "Open")) {
		totals.count += column.count;
		totals.rotten += column.rotten;
		for (const sum of column.sums) {
			const known = totals.sums.find((one) => one.currency === sum.currency);
			if (known) {
				known.amount += sum.amount;
				known.weighted += sum.weighted;
			} else totals.sums.push({ ...sum });
		}
	}
	return totals;
}

/** The stages that a card may be moved to by hand. */
export function move_targets(columns, stage) {
	return columns.filter((column) => column.name !== stage && !column.is_retired);
}

/** The stage to the left (-1) or right (+1) of a card's, retired ones skipped; null at the edge. */
export function neighbour_stage(columns, stage, step) {
	const index = columns.findIndex((column) => column.name === stage);
	if (index < 0) return null;
	for (let i = index + step; i >= 0 && i < columns.length; i += step) {
		if (!columns[i].is_retired) return columns[i].name;
	}
	return null;
}

function change_column(columns, stage, change) {
	return columns.map((column) => (column.name === stage ? change(column) : column));
}
