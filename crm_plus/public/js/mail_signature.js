// Frappe's mail dialog looks for the signature of an Email Account, also for users who may not read one: they would get a red
// message with each mail. Who has no signature of their own and may not read those of the site gets an empty one.

$(document).on("app_ready", () => {
	const { user } = frappe.boot;
	if (!user.email_signature && !frappe.model.can_read("Email Account")) user.email_signature = " ";
});
