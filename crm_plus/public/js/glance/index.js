// The top of a deal and of a customer on a phone: what matters in one line, and call, mail, log and plan under a thumb.

import { short_day } from "../board/format.js";
import { facts, next_action, reach } from "./model.js";

frappe.provide("crm_plus.glance");

const FIELD = "glance_html";
const PHONE = "(max-width: 767px)";
// What seldom changes on a deal stands behind one press.
const FOLDED = "crm-folded";
const SHOWN = "crm-glancing";

crm_plus.glance.setup = (doctype) => frappe.ui.form.on(doctype, { refresh: show });

async function show(frm) {
	const field = frm.fields_dict[FIELD];
	const is_shown = field && !frm.is_new() && window.matchMedia(PHONE).matches;
	$(frm.wrapper).toggleClass(FOLDED, Boolean(is_shown && frm.doctype === "Deal" && !frm.crm_unfolded));
	if (!field) return;
	$(frm.wrapper).toggleClass(SHOWN, is_shown);
	frm.toggle_display(FIELD, is_shown);
	field.$wrapper.empty();
	if (!is_shown) return;
	const $glance = $('<div class="crm-glance"></div>').append(line(frm), '<div class="crm-glance-actions"></div>');
	if (frm.doctype === "Deal") $glance.append(unfold(frm));
	field.$wrapper.append($glance);
	offer_next(frm);
	const { name } = frm.doc;
	const found = await people(frm.doc);
	if (frm.doc.name === name) $glance.find(".crm-glance-actions").append(buttons(frm, reach(found)));
}

function line(frm) {
	const { doc } = frm;
	const today = frappe.datetime.get_today();
	const short = (day) => short_day(day, today, frappe.boot.lang);
	const words = {
		amount: () => strip_html(format_currency(doc.amount, doc.currency, doc.amount >= 100 ? 0 : null)),
		closes: (day) => __("Closes {0}", [short(day)]),
		next: (day) => __("Next {0}", [short(day)]),
		nothing: () => __("No next step"),
		leave: () => __("Do not contact"),
		last: (day) => __("Last contact {0}", [short(day)]),
	};
	const $line = $('<p class="crm-glance-line"></p>');
	const own_time = (time) => time && frappe.datetime.convert_to_user_tz(time);
	const times = { next_follow_up_on: own_time(doc.next_follow_up_on), last_interaction_on: own_time(doc.last_interaction_on) };
	for (const { key, value, late } of facts({ ...doc, ...times }, today))
		$("<span></span>").text(words[key](value)).toggleClass("late", late || ["nothing", "leave"].includes(key)).appendTo($line);
	return $line;
}

/** Whoever can be reached: the deal's contact, the customer, and of an organization its people. What may not be read is not there. */
async function people(doc) {
	const profile = doc.doctype === "Deal" ? doc.customer_profile : doc.name;
	const fields = ["phone", "email"];
	const contact = (filters) =>
		frappe.db.get_value("Contact", filters, ["mobile_no", "phone", "email_id"]).then(({ message }) => message);
	const asked = [
		doc.contact ? contact(doc.contact) : null,
		doc.doctype === "Deal"
			? frappe.db.get_value("Customer Profile", profile, fields).then(({ message }) => message)
			: doc,
		may_read_phones().then((may) => may && one_with_a_phone(profile, fields)),
	];
	const answers = await Promise.allSettled(asked);
	return answers.map(({ value }) => value).filter(Boolean);
}

/** A list asked for a field that its reader may not read is refused. */
async function may_read_phones() {
	await frappe.model.with_doctype("Customer Profile");
	return frappe.perm.has_perm("Customer Profile", frappe.meta.get_docfield("Customer Profile", "phone").permlevel, "read");
}

const one_with_a_phone = (organization, fields) =>
	frappe.db.get_list("Customer Profile", { filters: { organization, phone: ["is", "set"] }, fields, limit: 1 })
		.then((rows) => rows[0]);

function buttons(frm, { phone, email }) {
	const about = of_record(frm);
	const after = () => frm.crm_timeline?.view?.note_change();
	const log = (values) => crm_plus.log_interaction({ ...about, contact: frm.doc.contact, after, ...values });
	const may = rights(frm);
	const found = [];
	// Back from the call, the question how it went is there already.
	if (phone) found.push(button(__("Call"), "call", { href: phone }).on("click", () => may.log && log({ interaction_type: "Call" })));
	if (email && frappe.model.can_email(null, frm))
		found.push(button(__("Mail"), "mail").on("click", () => frm.email_doc(undefined, email)));
	if (may.log) found.push(button(__("Log"), "log").on("click", () => log()));
	if (may.plan) found.push(button(__("Plan"), "plan").on("click", () => crm_plus.new_follow_up({ ...about, after })));
	return found;
}

function button(label, name, { href } = {}) {
	const $button = href ? $("<a></a>").attr("href", href) : $('<button type="button"></button>');
	return $button.addClass("btn btn-default").attr("data-act", name).text(label);
}

const of_record = (frm) =>
	frm.doctype === "Deal"
		? { deal: frm.doc.name, customer_profile: frm.doc.customer_profile }
		: { customer_profile: frm.doc.name };

const rights = (frm) => ({
	log: frappe.model.can_create("Interaction"),
	plan: frappe.model.can_create("Follow Up"),
	quote: frm.doctype === "Deal" && crm_plus.deal.actions.may_quote(frm),
});

/** Frappe hides a form's own buttons in its menu there: the likeliest stands beside Save. */
function offer_next(frm) {
	if (frm.doctype !== "Deal") return;
	const after = () => frm.reload_doc();
	const about = { ...of_record(frm), after };
	const acts = {
		log: [__("Log"), () => crm_plus.log_interaction({ ...about, contact: frm.doc.contact })],
		plan: [__("Plan"), () => crm_plus.new_follow_up(about)],
		quote: [__("Quotation"), () => crm_plus.deal.actions.quote(frm).catch(() => {})],
	};
	const act = acts[next_action(frm.doc, frappe.datetime.system_datetime(), rights(frm))];
	frm.page.clear_secondary_action();
	if (act) frm.page.set_secondary_action(...act);
}

function unfold(frm) {
	const $button = $('<button type="button" class="btn btn-link crm-unfold"></button>');
	const draw = () =>
		$button.attr("aria-expanded", String(Boolean(frm.crm_unfolded))).text(
			frm.crm_unfolded ? __("Hide pipeline, company and currency") : __("Show pipeline, company and currency")
		);
	draw();
	return $button.on("click", () => {
		frm.crm_unfolded = !frm.crm_unfolded;
		$(frm.wrapper).toggleClass(FOLDED, !frm.crm_unfolded);
		draw();
	});
}

crm_plus.glance.setup("Deal");
crm_plus.glance.setup("Customer Profile");
