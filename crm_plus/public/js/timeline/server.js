// The timeline's requests. A failed one rejects with the sentence that the server gave.

const METHOD = "crm_plus.api.timeline.";

function call(method, args) {
	const request = frappe.call({ method: METHOD + method, type: "GET", args, silent: true });
	return request.then(
		(response) => response.message,
		(failed) => Promise.reject(new Error(sentence(failed)))
	);
}

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

function sentence(failed) {
	const answer = failed?.responseJSON || {};
	const messages = answer._server_messages ? JSON.parse(answer._server_messages) : [];
	const texts = messages.map((message) => JSON.parse(message).message || "");
	return frappe.utils.html2text(texts.join(" ")) || __("The server did not answer: try again.");
}
