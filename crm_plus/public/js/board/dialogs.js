// What the board asks before it moves a card. Each resolves to the answer, or to null where the dialog was closed.

/** Why the deal is lost: { lost_reason, lost_detail }. */
export function ask_lost_reason(card) {
	return ask((resolve) => ({
		title: __("Why was {0} lost?", [frappe.utils.escape_html(card.title)]),
		fields: [
			{
				fieldname: "lost_reason",
				fieldtype: "Link",
				options: "Lost Reason",
				label: __("Lost Reason"),
				reqd: 1,
				get_query: () => ({ filters: { disabled: 0 } }),
			},
			{ fieldname: "lost_detail", fieldtype: "Small Text", label: __("What Happened") },
		],
		primary_action_label: __("Mark as Lost"),
		primary_action: (values) => resolve(values),
	}));
}

/** The stage to move to, one button each. */
export function ask_stage(card, targets) {
	return ask((resolve) => ({
		title: __("Move {0} to", [frappe.utils.escape_html(card.title)]),
		fields: [{ fieldname: "stages", fieldtype: "HTML" }],
		on_page_show() {
			const list = $('<div class="pipeline-board-stages"></div>');
			for (const column of targets) {
				const button = $('<button type="button" class="btn btn-default"></button>');
				button.append(`<span class="stage-dot ${column.outcome.toLowerCase()}"></span>`);
				button.append($("<span></span>").text(__(column.title)));
				button.on("click", () => resolve(column.name)).appendTo(list);
			}
			this.fields_dict.stages.$wrapper.empty().append(list);
			list.find("button").first().trigger("focus");
		},
	}));
}

function ask(make_options) {
	return new Promise((resolve) => {
		let answer = null;
		const dialog = new frappe.ui.Dialog(
			make_options((value) => {
				answer = value;
				dialog.hide();
			})
		);
		// Only when the dialog has gone can the focus go back to the card.
		dialog.$wrapper.on("hidden.bs.modal", () => {
			dialog.$wrapper.remove();
			resolve(answer);
		});
		dialog.show();
	});
}
