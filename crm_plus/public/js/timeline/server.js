// The timeline's requests. A failed one rejects with the sentence that the server gave.

import { request } from "../requests.js";

const METHOD = "crm_plus.api.timeline.";

const call = (method, args) => request(METHOD + method, { type: "GET", args, quiet: true });

export const get_entries = (record, filters, after) => call("entries", { ...record, filters, after });
export const get_mail = (record, mail) => call("mail", { ...record, mail });

export const add_comment = (record, content) =>
	frappe.xcall("frappe.desk.form.utils.add_comment", {
		reference_doctype: record.doctype,
		reference_name: record.name,
		content,
		comment_email: frappe.session.user,
		comment_by: frappe.session.user_fullname,
	});
