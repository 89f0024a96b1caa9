// What the page My Notifications decides without a screen.

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
export const DAY_MINUTES = 24 * 60;
const MINUTES = [0, 5, 10, 15, 30, 60, 120, DAY_MINUTES, 2 * DAY_MINUTES];
const DAY_COUNTS = [0, 1, 2, 3, 5, 7, 14, 30, 60, 90];

// The notices to choose from, in minutes; what is chosen already is among them, however odd.
export function notices(event) {
	const usual = event.kind === "day" ? DAY_COUNTS.map((days) => days * DAY_MINUTES) : MINUTES;
	return [...new Set([...usual, event.choice.notice_minutes])].sort((one, other) => one - other);
}

// A digest suits what can wait till the morning: no appointment.
export function can_wait(event) {
	return event.kind !== "appointment";
}

export function by_group(events) {
	const groups = new Map();
	for (const event of events) {
		groups.set(event.group, [...(groups.get(event.group) || []), event]);
	}
	return groups;
}

export function is_default(event) {
	return Object.keys(event.default).every((key) => event.default[key] === event.choice[key]);
}

// An event that no channel carries needs neither notice nor digest.
export function is_silent(event, fields) {
	return fields.every((field) => !event.choice[field]);
}

export function to_save(state) {
	const { zone, ...hours } = state.hours;
	return { hours, choices: state.events.map((event) => event.choice) };
}
