frappe.views.calendar["Interaction"] = {
	field_map: {
		start: "starts_on",
		end: "ends_on",
		id: "name",
		title: "subject",
		allDay: "all_day",
		color: "color",
		status: "status",
	},
	get_events_method: "crm_plus.api.interactions.calendar",
	update_event_method: "crm_plus.api.interactions.reschedule",
};
