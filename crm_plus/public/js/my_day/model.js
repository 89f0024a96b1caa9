import { short_day } from "../board/format.js";

// What My Day decides by itself. No Frappe: the caller hands in words and dates. See tests/js/my_day_model.test.mjs.

const MINUTES = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

/** The lists in the order in which they are shown, empty ones left out but for today's. */
export function sections(day, words) {
	return [
		{ key: "overdue", title: words.overdue, items: day.overdue },
		{ key: "today", title: words.today, items: day.today },
		{ key: "soon", title: words.soon, items: day.soon },
	].filter((section) => section.items.length || section.key === "today");
}

/** Whether something that is due on the user's clock should have been done by now. */
export function is_late(due_on_wall, now) {
	return MINUTES.test(due_on_wall) && due_on_wall.slice(0, 16) < now.slice(0, 16);
}

/** The clock time of a moment on the user's wall, "09:05". */
export const clock = (wall) => (MINUTES.test(wall) ? wall.slice(11, 16) : "");

/** The day of a moment on the user's wall. */
export const day_of = (wall) => String(wall || "").slice(0, 10);

/** Whole days from one day (YYYY-MM-DD) to another. */
export function days_between(from, to) {
	return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86400000);
}

/** "Tue 24 Nov", in the user's language. */
export function weekday(day, today, language) {
	const options = { weekday: "short", timeZone: "UTC" };
	const moment = Date.parse(`${day}T00:00:00Z`);
	try {
		return `${new Intl.DateTimeFormat(language.replace("_", "-"), options).format(moment)} ${short_day(day, today, language)}`;
	} catch {
		return short_day(day, today, language);
	}
}

/** What a telephone dials: digits and a leading plus, nothing that would make another address of it. */
export function dial(phone) {
	const text = String(phone || "").split(/ext|x|;/i)[0];
	const digits = text.replace(/\D/g, "");
	return digits.length < 3 ? "" : `tel:${text.trim().startsWith("+") ? "+" : ""}${digits}`;
}

/** A day so many days after another; with `weekdays`, Saturday and Sunday give way to Monday. */
export function add_days(day, days, weekdays = true) {
	const moment = new Date(`${day}T00:00:00Z`);
	moment.setUTCDate(moment.getUTCDate() + days);
	while (weekdays && [0, 6].includes(moment.getUTCDay())) moment.setUTCDate(moment.getUTCDate() + 1);
	return moment.toISOString().slice(0, 10);
}

/** What "snooze" and "next" offer: [{ label, at }] on the user's clock; `at` is "YYYY-MM-DD HH:MM". */
export function later_times(now, words) {
	const [today, time] = [now.slice(0, 10), now.slice(11, 16)];
	const hour = Number(time.slice(0, 2));
	const times = [];
	if (hour < 20) {
		const hours = String(Math.max(hour + 2, 8)).padStart(2, "0");
		times.push({ label: words.later_today, at: `${today} ${hours}:00` });
	}
	times.push({ label: words.tomorrow, at: `${add_days(today, 1, false)} 09:00` });
	times.push({ label: words.in_3_days, at: `${add_days(today, 3)} 09:00` });
	times.push({ label: words.in_a_week, at: `${add_days(today, 7)} 09:00` });
	times.push({ label: words.in_a_month, at: `${add_days(today, 30)} 09:00` });
	return times;
}

const LISTS = ["overdue", "today", "soon", "missed"];

/** The day without one follow-up or plan, so that it is gone before the server has answered. */
export function without(day, name) {
	const rest = (items) => items.filter((item) => item.name !== name);
	return { ...day, ...Object.fromEntries(LISTS.map((list) => [list, rest(day[list])])) };
}
