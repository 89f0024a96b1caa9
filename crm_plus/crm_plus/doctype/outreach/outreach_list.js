const COLOURS = {
	...{ Draft: "gray", "Pending Approval": "orange", Approved: "blue", Rejected: "red" },
	...{ Sending: "yellow", Sent: "green", Cancelled: "gray" },
};

frappe.listview_settings.Outreach = {
	has_indicator_for_draft: true,
	get_indicator: ({ status }) => [__(status), COLOURS[status] || "gray", `status,=,${status}`],
};
