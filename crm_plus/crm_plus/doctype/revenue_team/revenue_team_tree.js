// Frappe looks for the one root of a tree and shows nothing, not even where to begin, while there is none yet. All teams hang
// here from a root of their own, as Frappe shows trees with several roots. A new team opens as a form, for its people stand
// there; below that root it is under no other team, where Frappe's own dialog would ask for a team of the DocType's name.
frappe.treeview_settings["Revenue Team"] = {
	get_tree_root: false,

	onload(treeview) {
		treeview.new_node = () => {
			const chosen = treeview.tree.get_selected_node();
			const parent = chosen && !chosen.is_root ? chosen.label : "";
			frappe.new_doc("Revenue Team", { parent_revenue_team: parent });
		};
		Object.assign(treeview, { root_label: treeview.doctype, root_value: "" });
		treeview.make_tree();
		// What was made in a form meanwhile shows on the way back.
		$(treeview.parent).on("show", () => treeview.make_tree());
	},
};
