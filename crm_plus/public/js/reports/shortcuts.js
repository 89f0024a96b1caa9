// A workspace offers a dashboard to everybody, and Frappe asks nobody whether he would see anything on it: who reads none of what
// ours count, as an accountant, is not offered them.

const OURS = /^CRM Plus /;
const COUNTED = ["Deal", "Customer Profile", "Interaction"];

export function shows_nothing({ type, link_to }, reads) {
	return type === "Dashboard" && OURS.test(link_to || "") && !COUNTED.some(reads);
}

export function hide_empty_dashboards(factory) {
	const { shortcut } = factory || {};
	if (!shortcut || shortcut.prototype.crm_plus_hidden) return;
	shortcut.prototype.crm_plus_hidden = true;
	const make = shortcut.prototype.make;
	shortcut.prototype.make = function () {
		make.apply(this, arguments);
		if (!shows_nothing(this, (doctype) => frappe.model.can_read(doctype))) return;
		this.widget.hide();
		// The workspace's block around it is put in its place after it.
		setTimeout(() => this.widget.closest(".ce-block").hide());
	};
}
