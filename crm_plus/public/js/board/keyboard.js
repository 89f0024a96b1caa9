// Which key does what on a card, and which card an arrow leads to. No Frappe: see tests/js/board_keyboard.test.mjs.

/** What a key press on a card means: {focus}, {move}, {choose}, {open} or null. */
export function read_key({ key, shiftKey, ctrlKey, metaKey, altKey }, right_to_left = false) {
	if (ctrlKey || metaKey || altKey) return null;
	const forward = right_to_left ? -1 : 1;
	const steps = { ArrowLeft: -forward, ArrowRight: forward };
	if (key in steps) return shiftKey ? { move: steps[key] } : { focus: "column", step: steps[key] };
	if (shiftKey && key.toLowerCase() !== "m") return null;
	if (key === "ArrowUp") return { focus: "card", step: -1 };
	if (key === "ArrowDown") return { focus: "card", step: 1 };
	if (key === "Home") return { focus: "edge", step: -1 };
	if (key === "End") return { focus: "edge", step: 1 };
	if (key === "Enter") return { open: true };
	if (key.toLowerCase() === "m") return { choose: true };
	return null;
}

/** The name of the card that gets the focus next; the same one where there is nothing further. */
export function next_card(columns, name, { focus, step }) {
	const from = columns.findIndex((column) => column.cards.some((card) => card.name === name));
	if (from < 0) return first_card(columns);
	const cards = columns[from].cards;
	const index = cards.findIndex((card) => card.name === name);
	if (focus === "card") return (cards[index + step] || cards[index]).name;
	if (focus === "edge") return cards[step < 0 ? 0 : cards.length - 1].name;
	for (let i = from + step; i >= 0 && i < columns.length; i += step) {
		const others = columns[i].cards;
		if (others.length) return others[Math.min(index, others.length - 1)].name;
	}
	return name;
}

export function first_card(columns) {
	return columns.find((column) => column.cards.length)?.cards[0].name || null;
}

/** The card that gets the focus when `name` leaves its column: the one below, else above, else the first of all. */
export function heir(columns, name) {
	const column = columns.find((one) => one.cards.some((card) => card.name === name));
	if (!column) return first_card(columns);
	const index = column.cards.findIndex((card) => card.name === name);
	return (column.cards[index + 1] || column.cards[index - 1])?.name || first_card(columns);
}
