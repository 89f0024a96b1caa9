// From the list of invoices to those that belong to no deal yet: accountants have no other menu of ours.
{
	const REPORT = "Invoices Without Deal";
	const settings = frappe.listview_settings["Sales Invoice"] || (frappe.listview_settings["Sales Invoice"] = {});
	const { onload } = settings;
	settings.onload = function (listview) {
		if (onload) onload.call(this, listview);
		if (!frappe.boot.user.all_reports?.[REPORT]) return;
		listview.page.add_menu_item(__(REPORT), () => frappe.set_route("query-report", REPORT));
	};
}
