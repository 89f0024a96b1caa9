// Frappe's fields for a time hide the seconds of their calendar where the site's time format has none, and rely on its own
// edition of air-datepicker for that. With npm's edition, which has no seconds, they fail, and the form stays half drawn.

const { ControlDatetime, ControlTime } = frappe.ui.form;

for (const { prototype } of [ControlDatetime, ControlTime].filter(Boolean)) {
	const { set_datepicker } = prototype;
	prototype.set_datepicker = function (...given) {
		try {
			return set_datepicker.apply(this, given);
		} catch (failed) {
			// The calendar is there by then: nothing but the hiding is missing.
			if (!(this.datepicker && failed instanceof TypeError)) throw failed;
		}
	};
}

if (ControlDatetime) {
	// Where the clock is shown without seconds, what is merely shown reads back without them: the form would be "Not Saved" as
	// soon as it is opened.
	const { parse } = ControlDatetime.prototype;
	ControlDatetime.prototype.parse = function (...given) {
		const read = parse.apply(this, given);
		const stored = this.doc ? this.get_model_value() : "";
		return stored && read === `${stored.slice(0, 16)}:00` ? stored : read;
	};
}
