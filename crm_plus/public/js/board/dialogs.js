// What the board asks before it moves a card. Each resolves to the answer, or to null where the dialog was closed.

import * as competitors from "../deal/competitors.js";
import * as drafts from "../interactions/drafts.js";

const about_loss = (card) => ["lost on board", card.name];

/** Keep why a deal is lost while the server is told of it; returns a function that ends it. */
export const keep_loss = (card, loss) => drafts.keep(about_loss(card), () => loss.lost_reason && { fields: loss });

/** Why the deal is lost: { lost_reason, competitor, lost_detail }. */
export function ask_lost_reason(card) {
	const options = (resolve) => ({
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
			competitors.field(),
			{ fieldname: "lost_detail", fieldtype: "Small Text", label: __("What Happened") },
		],
		primary_action_label: __("Mark as Lost"),
		primary_action: (values) => resolve(values),
	});
	return ask(options, (dialog) => {
		competitors.offer(dialog.fields_dict.competitor);
		return drafts.follow(dialog, about_loss(card));
	});
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

function ask(make_options, then) {
	return new Promise((resolve) => {
		let answer = null;
		let let_go = null;
		const dialog = new frappe.ui.Dialog(
			make_options((value) => {
				answer = value;
				let_go?.();
				dialog.hide();
			})
		);
		// Only when the dialog has gone can the focus go back to the card.
		dialog.$wrapper.on("hidden.bs.modal", () => {
			dialog.$wrapper.remove();
			resolve(answer);
		});
		dialog.show();
		let_go = then?.(dialog);
	});
}
