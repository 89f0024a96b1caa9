const CLASSES = { Planned: "default", Done: "success", "No Show": "warning", Cancelled: "danger" };

frappe.views.calendar["Interaction"] = {
	field_map: {
		start: "starts_on",
		end: "ends_on",
		id: "name",
		title: "title",
		allDay: "all_day",
		status: "status",
	},
	get_css_class: (interaction) => CLASSES[interaction.status],
	get_events_method: "crm_plus.api.interactions.calendar",
	update_event_method: "crm_plus.api.interactions.reschedule",
};
