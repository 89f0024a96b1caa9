// Frappe shows a link to a user under the document's own `full_name`: on a customer's profile its owner would bear the
// customer's name.

export function name_of(formatter, full_name) {
	return (value, doc, df) =>
		doc?.doctype === "Customer Profile" ? full_name(value) || value : formatter ? formatter(value, doc, df) : value;
}

const formatters = frappe.form.link_formatters;
formatters.User = name_of(formatters.User, (user) => frappe.user_info(user).fullname);
