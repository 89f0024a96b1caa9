import { DAYS, DAY_MINUTES, by_group, can_wait, is_default, is_silent, notices, to_save } from "./notifications/model";

frappe.provide("crm_plus");

const API = "crm_plus.api.notifications";
const REMINDER_SECONDS = 15;
const html = frappe.utils.escape_html;

// As Frappe's forms do; the browser asks in words of its own.
function ask_to_stay(event) {
	event.preventDefault();
	event.returnValue = true;
}

crm_plus.MyNotifications = class MyNotifications {
	constructor(parent, page) {
		this.$body = $("<div class='mn-body'>").appendTo(parent);
		this.page = page;
		this.page.set_primary_action(__("Save"), () => this.save());
		this.page.add_menu_item(__("Back to the defaults"), () => this.reset());
		this.$body.on("change", "input, select", (event) => this.take(event.currentTarget));
		$(page.parent).on("hide", () => this.is_changed && this.remind());
	}

	/** What was chosen waits here, as in a form that was left; who goes on is told that it is not saved. */
	remind() {
		const link = `<a href="#" data-action="back">${__("My Notifications")}</a>`;
		const back = (event) => {
			event.preventDefault();
			frappe.set_route("my-notifications");
		};
		const message = __("Your changes are not saved yet: {0}", [link]);
		this.$reminder = frappe.show_alert({ message, indicator: "orange" }, REMINDER_SECONDS, { back });
	}

	load() {
		this.$reminder?.remove();
		if (this.is_changed) return;
		frappe.call({ method: `${API}.mine`, type: "GET" }).then(({ message }) => this.show(message));
	}

	show(state) {
		this.state = state;
		this.mark(false);
		this.$body.html(this.hours() + this.matrix());
	}

	mark(is_changed) {
		this.is_changed = is_changed;
		if (is_changed) window.addEventListener("beforeunload", ask_to_stay);
		else window.removeEventListener("beforeunload", ask_to_stay);
		this.page.clear_indicator();
		if (is_changed) this.page.set_indicator(__("Not Saved"), "orange");
	}

	hours() {
		const { hours } = this.state;
		const days = DAYS.map(
			(day) => `<label class="mn-day"><input type="checkbox" data-hour="${day}" ${hours[day] ? "checked" : ""}>
				<span>${html(day_name(day))}</span></label>`
		).join("");
		const clock = (field, label) => `<label class="mn-clock"><span>${label}</span>
			<input type="time" class="form-control input-sm" data-hour="${field}" value="${hours[field]}"></label>`;
		const zone = `<a href="${frappe.utils.get_form_link("User", this.state.user)}">${html(hours.zone)}</a>`;
		return `<section class="mn-card">
			<h4>${__("When I may be disturbed")}</h4>
			<p class="text-muted">${__("On your own clock: {0}. What comes in quiet hours or on days off waits and arrives as one message.", [zone])}</p>
			<div class="mn-hours">
				${clock("quiet_from", __("Quiet from"))}
				${clock("quiet_to", __("Quiet until"))}
				${clock("digest_at", __("Morning digest at"))}
				<div class="mn-clock"><span>${__("Working days")}</span><div class="mn-days">${days}</div></div>
			</div>
		</section>`;
	}

	matrix() {
		const { channels, groups, events } = this.state;
		const heads = channels.map((channel) => `<th scope="col" title="${html(channel.missing)}">${html(channel.label)}</th>`);
		const bodies = [...by_group(events)].map(
			([group, members]) => `<tbody>
				<tr class="mn-group"><th colspan="${channels.length + 3}" scope="rowgroup">${html(groups[group])}</th></tr>
				${members.map((event) => this.row(event)).join("")}
			</tbody>`
		);
		const missing = channels.filter((channel) => channel.missing).map((channel) => html(channel.missing));
		return `<section class="mn-card">
			<h4>${__("What I want to hear of")}</h4>
			<p class="text-muted">${__("A morning digest gathers e-mails and short messages; the bell rings at once. Nobody is told of what they did themselves.")}
				${missing.join(" ")}</p>
			<table class="mn-table">
				<thead><tr><th scope="col">${__("Event")}</th>${heads.join("")}
					<th scope="col">${__("How long before")}</th><th scope="col">${__("When")}</th></tr></thead>
				${bodies.join("")}
			</table>
		</section>`;
	}

	row(event) {
		const at = this.state.events.indexOf(event);
		const silent = is_silent(event, this.state.channels.map((channel) => channel.field));
		const cells = this.state.channels.map(
			(channel) => `<td class="mn-check ${channel.missing ? "mn-missing" : ""}"><label title="${html(channel.missing)}">
				<input type="checkbox" data-event="${at}" data-field="${channel.field}"
					aria-label="${html(`${event.label}: ${channel.label}`)}"
					${event.choice[channel.field] ? "checked" : ""} ${channel.missing ? "disabled" : ""}>
				<span class="mn-label">${html(channel.label)}</span></label></td>`
		);
		// Frappe's extraction finds no text in a template within a template.
		const differs = __("Differs from the default");
		const digest = __("Morning digest");
		return `<tr class="${silent ? "mn-silent" : ""}" data-row="${at}">
			<th scope="row">${html(event.label)}${is_default(event) ? "" : `<span class="mn-dot" title="${differs}"></span>`}</th>
			${cells.join("")}
			<td class="mn-choice">${event.has_notice ? select(at, "notice_minutes", event, notices(event).map((minutes) => [minutes, notice_words(minutes)])) : ""}</td>
			<td class="mn-choice">${can_wait(event) ? select(at, "digest", event, [[0, __("At once")], [1, digest]]) : `<span class="text-muted">${__("At once")}</span>`}</td>
		</tr>`;
	}

	take(input) {
		const { hour, event, field } = input.dataset;
		const value = input.type === "checkbox" ? Number(input.checked) : input.type === "time" ? input.value : Number(input.value);
		if (hour) this.state.hours[hour] = value;
		else {
			const changed = this.state.events[event];
			changed.choice[field] = value;
			const focused = this.$body.find(`[data-row="${event}"]`).replaceWith(this.row(changed)) && input;
			this.$body.find(`[data-event="${event}"][data-field="${focused.dataset.field}"]`).trigger("focus");
		}
		this.mark(true);
	}

	save() {
		return frappe
			.call({ method: `${API}.save`, type: "POST", args: to_save(this.state), freeze: true })
			.then(({ message }) => {
				this.show(message);
				frappe.show_alert({ message: __("Saved"), indicator: "green" });
			});
	}

	reset() {
		this.state.events.forEach((event) => (event.choice = { ...event.default }));
		this.show(this.state);
		this.mark(true);
	}
};

function select(at, field, event, options) {
	const items = options.map(
		([value, label]) => `<option value="${value}" ${event.choice[field] === value ? "selected" : ""}>${html(label)}</option>`
	);
	const label = field === "digest" ? __("When") : __("How long before");
	return `<label><span class="mn-label">${label}</span><select class="form-control input-xs" data-event="${at}" data-field="${field}"
		aria-label="${html(`${event.label}: ${label}`)}">${items.join("")}</select></label>`;
}

function notice_words(minutes) {
	if (!minutes) return __("When it is due");
	if (minutes % DAY_MINUTES === 0) {
		const days = minutes / DAY_MINUTES;
		return days === 1 ? __("1 day") : __("{0} days", [days]);
	}
	if (minutes % 60 === 0) return minutes === 60 ? __("1 hour") : __("{0} hours", [minutes / 60]);
	return __("{0} minutes", [minutes]);
}

function day_name(day) {
	// The 1st of June 2026 was a Monday.
	return new Date(2026, 5, 1 + DAYS.indexOf(day)).toLocaleDateString(frappe.boot.lang, { weekday: "short" });
}
