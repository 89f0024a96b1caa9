// CRM Plus Settings: take in the past's mail, meetings and calls, with a progress bar while a worker is at it.

import { get, post } from "./server.js";

const POLL_MS = 3000;

export async function show(frm) {
	frm.add_custom_button(__("Take In Past Mail and Meetings"), () => act(frm, "start"));
	draw(frm, await get("capture.progress"));
}

async function act(frm, method) {
	draw(frm, await post(`capture.${method}`));
}

function draw(frm, progress) {
	clearTimeout(frm.backfill_timer);
	frm.dashboard.clear_comment?.();
	frm.dashboard.hide_progress?.();
	if (!progress.status) return;
	const title = __("Taking in the past");
	const counts = __("{0} of {1} looked at", [progress.done, progress.total]);
	if (!["Running", "Stopping"].includes(progress.status)) {
		const sentence = {
			Stopped: __("Taking in the past was stopped: {0}. Start it again to go on.", [counts]),
			Finished: __("The past is taken in: {0}.", [counts]),
		}[progress.status];
		if (sentence) frm.dashboard.add_comment(sentence, progress.failed ? "orange" : "blue", true);
		return;
	}
	frm.dashboard.show_progress(title, progress.percent, counts);
	if (!frm.custom_buttons[__("Stop")]) frm.add_custom_button(__("Stop"), () => act(frm, "stop"));
	frm.backfill_timer = setTimeout(async () => {
		if (cur_frm === frm) draw(frm, await get("capture.progress"));
	}, POLL_MS);
}
