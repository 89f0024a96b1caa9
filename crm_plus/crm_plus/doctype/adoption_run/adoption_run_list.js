frappe.listview_settings["Adoption Run"] = {
	get_indicator(doc) {
		const colors = {
			Draft: "gray",
			Running: "blue",
			Stopped: "orange",
			Finished: "green",
			Failed: "red",
			Undoing: "blue",
			Undone: "gray",
		};
		return [__(doc.status), colors[doc.status], `status,=,${doc.status}`];
	},
};
