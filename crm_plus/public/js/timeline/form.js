// The timeline's tab on the forms of deals and customer profiles: loaded when it is first looked at, and kept up to date.

frappe.provide("crm_plus.timeline");

const FIELD = "timeline_html";
const OWN = "crm-own-activity";
const SHOWN = "crm-own-activity-shown";
// What is saved elsewhere and may belong to the stream; documents of ERPNext change the deal or the profile as well.
const WATCHED = ["Interaction", "Follow Up"];

crm_plus.timeline.setup = (doctype) =>
	frappe.ui.form.on(doctype, {
		onload: note_comment,
		refresh: show,
		// Frappe's own timeline was drawn anew: a comment or a mail came in.
		timeline_refresh: (frm) => {
			frm.crm_timeline?.view?.note_change();
			lead_to_comment(frm);
		},
	});

function show(frm) {
	const field = frm.fields_dict[FIELD];
	if (!field) return;
	hide_frappes_own(frm);
	if (frm.is_new()) return field.$wrapper.hide();
	field.$wrapper.show();
	frm.crm_timeline ??= watch(frm, field.$wrapper.get(0));
	frm.crm_timeline.is_stale = true;
	read(frm);
}

function watch(frm, element) {
	const timeline = { view: null, is_stale: true, is_seen: false };
	new IntersectionObserver((seen) => {
		timeline.is_seen = seen.some((one) => one.isIntersecting);
		read(frm);
	}).observe(element);
	WATCHED.forEach((doctype) => frappe.realtime.doctype_subscribe(doctype));
	listen(frm);
	return timeline;
}

// A list view takes off everybody's listener: so it is put on at each look.
function listen(frm) {
	frm.crm_on_list_update ??= ({ doctype }) => {
		if (!WATCHED.includes(doctype) || !frm.crm_timeline) return;
		frm.crm_timeline.is_stale = true;
		if (is_looked_at(frm)) frm.crm_timeline.view?.note_change();
	};
	frappe.realtime.off("list_update", frm.crm_on_list_update);
	frappe.realtime.on("list_update", frm.crm_on_list_update);
}

const is_looked_at = (frm) => frm.crm_timeline.is_seen && frm === cur_frm && !document.hidden;

async function read(frm) {
	const timeline = frm.crm_timeline;
	if (!timeline.is_seen || !timeline.is_stale || frm.is_new()) return;
	timeline.is_stale = false;
	listen(frm);
	if (!crm_plus.Timeline) await frappe.require("timeline.bundle.js");
	timeline.view ??= new crm_plus.Timeline({
		wrapper: frm.fields_dict[FIELD].$wrapper,
		actions: actions(frm),
		finish: (promise) => crm_plus.follow_up.finish({ ...of_record(frm), ...promise }),
		others: frappes_own(frm),
	});
	timeline.view.show(frm.doctype, frm.doc.name);
}

/** What is asked for most, on top: log what happened, promise what is next, write. */
function actions(frm) {
	const after = () => frm.crm_timeline.view.note_change();
	const log = () => crm_plus.log_interaction({ ...of_record(frm), contact: frm.doc.contact, after });
	const plan = () => crm_plus.new_follow_up({ ...of_record(frm), after });
	const found = [];
	if (frappe.model.can_create("Interaction")) found.push({ label: __("Log"), primary: true, run: log });
	if (frappe.model.can_create("Follow Up")) found.push({ label: __("Plan"), run: plan });
	if (frappe.model.can_email(null, frm)) found.push({ label: __("Mail"), run: () => frm.email_doc() });
	return found;
}

const of_record = (frm) =>
	frm.doctype === "Deal"
		? { deal: frm.doc.name, customer_profile: frm.doc.customer_profile }
		: { customer_profile: frm.doc.name };

const asks_for_comment = () => window.location.hash.startsWith("#comment-");

// Version 16 puts the open tab's name into the address before a form is refreshed.
function note_comment(frm) {
	frm.crm_comment = asks_for_comment() ? window.location.hash : null;
}

// A notification or a copied link of a comment leads to its place in Frappe's own activity. Frappe 16 scrolls the whole
// page to it, which does not move there.
function lead_to_comment(frm) {
	const wrapper = frm.footer?.wrapper;
	if (!frm.crm_comment || !wrapper?.hasClass(OWN)) return; // not drawn yet: what comes above would push it away
	wrapper.addClass(SHOWN);
	const comment = document.getElementById(frm.crm_comment.slice(1));
	if (!comment?.offsetParent) return;
	comment.scrollIntoView({ block: "center" });
	comment.classList.add("highlight");
	frm.crm_comment = null;
}

// Frappe's own activity below the form would say most things a second time: it is one press away, for the changes to
// fields and assignments that the timeline leaves out.
function hide_frappes_own(frm) {
	const wrapper = frm.footer?.wrapper;
	if (!wrapper) return;
	wrapper.addClass(OWN);
	if (asks_for_comment()) note_comment(frm);
	frappe.after_ajax(() => lead_to_comment(frm));
	// The number of comments in the sidebar scrolls to Frappe's comment box.
	$(frm.wrapper)
		.find(".form-sidebar-stats .comments, .form-stats .comments")
		.off("click.crm_plus")
		.on("click.crm_plus", () => wrapper.hasClass(SHOWN) || frm.fields_dict[FIELD].tab?.set_active());
}

function frappes_own(frm) {
	const wrapper = frm.footer?.wrapper;
	return {
		exist: Boolean(wrapper),
		shown: Boolean(wrapper?.hasClass(SHOWN)),
		toggle() {
			this.shown = !this.shown;
			wrapper.toggleClass(SHOWN, this.shown);
			if (this.shown) wrapper.get(0).scrollIntoView({ behavior: "smooth" });
		},
	};
}

crm_plus.timeline.setup("Deal");
crm_plus.timeline.setup("Customer Profile");
