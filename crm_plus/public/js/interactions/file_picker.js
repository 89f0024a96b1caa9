// Files and photos that are attached once the record is stored that they belong to: a slow line keeps nobody from saving.

export class FilePicker {
	/** A button, and the chosen files below it, each of which can be taken off again. */
	constructor($wrapper) {
		this.files = [];
		this.$input = $('<input type="file" multiple hidden>').attr("aria-label", __("Files"));
		this.$list = $('<div class="crm-files" aria-live="polite"></div>');
		const $button = $('<button type="button" class="btn btn-default crm-attach"></button>').text(__("Photo or File"));
		$button.on("click", () => this.$input.trigger("click"));
		this.$input.on("change", () => {
			this.files.push(...this.$input.get(0).files);
			this.$input.val("");
			this.draw();
		});
		$wrapper.empty().append($button, this.$input, this.$list);
	}

	draw() {
		this.$list.empty();
		this.files.forEach((file, index) => {
			const $take_off = $('<button type="button" class="btn btn-link">×</button>')
				.attr("aria-label", __("Take off {0}", [file.name]))
				.on("click", () => {
					this.files.splice(index, 1);
					this.draw();
				});
			$('<span class="crm-file"></span>').text(file.name).append($take_off).appendTo(this.$list);
		});
	}

	/** Send what was chosen to a stored record; what fails is said by name, with the way to the record. */
	async attach(doctype, name) {
		const files = this.files.splice(0);
		if (!files.length) return;
		const failed = [];
		for (const file of files) await upload(file, doctype, name).catch(() => failed.push(file.name));
		const attached = files.length - failed.length;
		if (attached) frappe.show_alert({ message: __("{0} files attached", [attached]), indicator: "green" });
		if (!failed.length) return;
		const link = frappe.utils.get_form_link(doctype, name, true, __("Attach it there"));
		const names = failed.map(frappe.utils.escape_html).join(", ");
		frappe.msgprint({ title: __("Not attached"), message: `${names}. ${link}`, indicator: "orange" });
	}
}

async function upload(file, doctype, docname) {
	const form = new FormData();
	form.append("file", file, file.name);
	const values = { doctype, docname, is_private: 1, folder: "Home/Attachments" };
	// Frappe shrinks a photo to the size of a screen.
	const smaller = file.type.startsWith("image/") ? { optimize: 1 } : {};
	for (const [key, value] of Object.entries({ ...values, ...smaller })) form.append(key, value);
	const headers = { "X-Frappe-CSRF-Token": frappe.csrf_token, Accept: "application/json" };
	const answer = await fetch("/api/method/upload_file", { method: "POST", body: form, headers });
	if (!answer.ok) throw new Error(answer.statusText);
}
