// What the quick log offers, and when the next follow-up is due. No Frappe: see tests/js/interactions.test.mjs.

/** The outcomes that a type may end with; one that names no types fits all. */
export const outcomes_of = (outcomes, type) =>
	outcomes.filter((outcome) => !outcome.types.length || outcome.types.includes(type));

/** The types, by name, that an outcome may end; without an outcome all. */
export function types_of(types, outcomes, outcome) {
	const limits = outcomes.find(({ name }) => name === outcome)?.types || [];
	return limits.length ? types.filter((type) => limits.includes(type)) : types;
}

/** The type that is chosen from the start: what was asked for, else what this person logged last, else the first. */
export function first_type(types, wanted, last) {
	const names = types.map((type) => type.name);
	return [wanted, last, names[0]].find((name) => names.includes(name)) || "";
}

export const CHIPS = [
	{ name: "none", days: null },
	{ name: "tomorrow", days: 1 },
	{ name: "in_3_days", days: 3 },
	{ name: "next_week", days: 7 },
	{ name: "pick", days: null },
];

const MORNING = "09:00:00";

/** When a chip's follow-up is due, in the person's own time; what falls on a weekend is due on Monday. */
export function due_on(chip, today, picked) {
	if (chip === "pick") return picked || "";
	const days = CHIPS.find((one) => one.name === chip)?.days;
	return days ? `${workday(add_days(today, days))} ${MORNING}` : "";
}

function add_days(day, count) {
	const [year, month, date] = day.split("-").map(Number);
	return new Date(Date.UTC(year, month - 1, date + count)).toISOString().slice(0, 10);
}

function workday(day) {
	const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
	return weekday === 6 ? add_days(day, 2) : weekday === 0 ? add_days(day, 1) : day;
}

/** What is sent to the server, without what was left empty. */
export function request(state, values) {
	const filled = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value));
	const interaction = filled({
		...{ customer_profile: values.customer_profile, deal: values.deal, contact: values.contact },
		...{ interaction_type: state.type, direction: state.direction, outcome: state.outcome },
		...{ subject: values.subject, summary: values.summary },
	});
	const next_step = state.due_on
		? filled({ due_on: state.due_on, subject: values.next_subject, assigned_to: values.assigned_to })
		: null;
	return { interaction, next_step, follow_up: state.follow_up || null, no_next_reason: values.no_next_reason || null };
}
