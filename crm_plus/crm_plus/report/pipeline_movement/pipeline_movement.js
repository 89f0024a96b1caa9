const MOVEMENTS = [
	["Start", __("The First Day")],
	["New", __("New")],
	["Reopened", __("Reopened")],
	["Moved Here", __("Moved Here")],
	["Pulled In", __("Pulled In")],
	["Slipped In", __("Slipped In")],
	["Grown", __("Grown")],
	["Shrunk", __("Shrunk")],
	["Slipped", __("Slipped")],
	["Brought Forward", __("Brought Forward")],
	["Moved Away", __("Moved Away")],
	["Won", __("Won")],
	["Lost", __("Lost")],
	["Gone", __("Gone")],
	["Unchanged", __("Unchanged")],
	["End", __("The Second Day")],
];

frappe.query_reports["Pipeline Movement"] = crm_plus.reports.define({
	months: [0, -1],
	filters: [
		{ fieldname: "closing_from", label: __("To Close From"), fieldtype: "Date" },
		{ fieldname: "closing_to", label: __("To Close Until"), fieldtype: "Date" },
		{
			fieldname: "behind",
			label: __("Deals Behind"),
			fieldtype: "Select",
			options: [{ value: "", label: "" }, ...MOVEMENTS.map(([value, label]) => ({ value, label }))],
		},
	],
});
