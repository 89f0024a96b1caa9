// Who signs in to CRM Plus and sells begins with what he promised for today. Frappe greets with workspaces alone; where a site or a
// user chose ours (Default App, Default Workspace), its first link is followed for him.

const is_agent = () =>
	frappe.user.has_role("Sales User") && !["Sales Manager", "System Manager"].some((role) => frappe.user.has_role(role));

function came_from_login() {
	try {
		return new URL(document.referrer).pathname === "/login";
	} catch {
		return false; // opened by its address
	}
}

// Version 16 names a Default Workspace of two words with the space between them, where its Desk has no page.
if (window.location.pathname.endsWith("/crm%20plus")) {
	const { pathname, search, hash } = window.location;
	window.history.replaceState(null, "", pathname.replace(/crm%20plus$/, "crm-plus") + search + hash);
}

$(document).on("app_ready", () => {
	if (!window.location.pathname.endsWith("/crm-plus") || !came_from_login() || !is_agent()) return;
	frappe.route_flags.replace_route = true; // the way back leads on, not here again
	frappe.set_route("my-day");
});
