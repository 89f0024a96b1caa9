// Frappe's field for date and time hides the seconds of its calendar where the site's time format has none, and relies on its
// own edition of air-datepicker for that. With npm's edition, which has no seconds, it fails, and the form stays half drawn.

const { ControlDatetime } = frappe.ui.form;

if (ControlDatetime) {
	const { set_datepicker } = ControlDatetime.prototype;
	ControlDatetime.prototype.set_datepicker = function (...given) {
		try {
			return set_datepicker.apply(this, given);
		} catch (failed) {
			// The calendar is there by then: nothing but the hiding is missing.
			if (!(this.datepicker && failed instanceof TypeError)) throw failed;
		}
	};

	// Where the clock is shown without seconds, what is merely shown reads back without them: the form would be "Not Saved" as
	// soon as it is opened.
	const { parse } = ControlDatetime.prototype;
	ControlDatetime.prototype.parse = function (...given) {
		const read = parse.apply(this, given);
		const stored = this.doc ? this.get_model_value() : "";
		return stored && read === `${stored.slice(0, 16)}:00` ? stored : read;
	};
}
