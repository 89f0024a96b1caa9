// A number card of ours says how its number changed against the period before; Frappe's own say so for lists alone.

// falls_well: less is better, as of hours that somebody waits.
export function change_text(change, falls_well) {
	if (change === undefined || change === null || !isFinite(change)) return null;
	const rounded = Math.round(change);
	if (rounded === 0) return { css: "grey-stat", text: "0 %" };
	return { css: rounded > 0 !== Boolean(falls_well) ? "green-stat" : "red-stat", text: `${rounded > 0 ? "↑" : "↓"} ${Math.abs(rounded)} %` };
}

// ERPNext tells the Desk of all companies at its start.
export function number_of_companies() {
	return Object.keys((typeof locals === "undefined" ? {} : locals)[":Company"] || {}).length;
}

// What belongs to no company is counted whichever is chosen: a card says so where there are several.
export function compared_words(data) {
	const is_of_all = data.of_all_companies && number_of_companies() > 1;
	return is_of_all ? __("against before, all companies") : __("against before");
}

export function show_changes(factory) {
	const card = factory && factory.number_card;
	if (!card || card.prototype.crm_plus_changes) return;
	card.prototype.crm_plus_changes = true;
	// Frappe 15 stumbles over a card without a number, and shows it loading for ever.
	const format = card.prototype.set_formatted_number;
	card.prototype.set_formatted_number = function () {
		if (this.number !== null && this.number !== undefined) return format.apply(this, arguments);
		this.formatted_number = "–";
	};
	const render = card.prototype.render_stats;
	card.prototype.render_stats = function () {
		// What a card of Frappe's own brings is a bare number.
		const shown = this.data && typeof this.data === "object" && change_text(this.data.change, this.data.falls_well);
		if (!shown) return render.apply(this, arguments);
		$(this.body)
			.find(".widget-content")
			.append(
				`<div class="card-stats ${shown.css}"><span class="percentage-stat-area">${shown.text} ${compared_words(this.data)}</span></div>`
			);
	};
}
