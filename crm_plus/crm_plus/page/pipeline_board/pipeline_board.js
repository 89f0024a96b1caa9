frappe.pages["pipeline-board"].on_page_load = (wrapper) => {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("Pipeline Board"), single_column: true });
	$(wrapper).addClass("pipeline-board-page");
	wrapper.board = frappe
		.require(["pipeline_board.bundle.css", "pipeline_board.bundle.js"])
		.then(() => new crm_plus.PipelineBoard({ wrapper: $(wrapper).find(".layout-main-section"), page }));
};

frappe.pages["pipeline-board"].on_page_show = (wrapper) => {
	wrapper.board.then((board) => board.show());
};
