// The form of a run: start, stop, resume, undo, a progress bar while it works, and the reconciliation afterwards.

const BUSY = ["Running", "Undoing"];
const POLL_MS = 3000;
const API = "crm_plus.api.adoption.";
const COUNTS = ["seen", "created", "merged", "linked", "skipped"];

frappe.ui.form.on("Adoption Run", {
	setup(frm) {
		frappe.realtime.on("crm_plus_adoption", (progress) => {
			if (progress.name === frm.doc.name) {
				show_progress(frm, progress);
			}
		});
	},

	refresh(frm) {
		clearTimeout(frm.adoption_timer);
		add_buttons(frm);
		show_headline(frm);
		show_reconciliation(frm);
		show_kept(frm);
		if (BUSY.includes(frm.doc.status)) {
			poll(frm);
		}
	},
});

function add_buttons(frm) {
	const { status } = frm.doc;
	if (status !== "Draft") {
		frm.disable_save();
	}
	if (status === "Draft" && !frm.is_new()) {
		frm.page.set_primary_action(__("Start"), () => start(frm));
	}
	if (BUSY.includes(status)) {
		frm.add_custom_button(__("Stop"), () => act(frm, "stop", __("It stops after the present batch.")));
	}
	if (["Stopped", "Failed"].includes(status)) {
		frm.page.set_primary_action(__("Resume"), () => act(frm, "resume"));
	}
	if (["Stopped", "Failed", "Finished"].includes(status)) {
		frm.add_custom_button(__("Count Again"), () => act(frm, "recount", __("Counted again.")));
		frm.add_custom_button(__("Entries"), () => frappe.set_route("List", "Adoption Entry", { run: frm.doc.name }));
	}
	if (["Stopped", "Failed", "Finished", "Undone"].includes(status)) {
		frm.add_custom_button(__("Undo"), () => confirm_undo(frm));
	}
}

async function start(frm) {
	if (frm.is_dirty()) {
		await frm.save();
	}
	await act(frm, "start");
}

function confirm_undo(frm) {
	frappe.confirm(
		__("Remove what this run has made? Records that people have changed or built upon since stay and are listed here."),
		() => act(frm, "undo")
	);
}

async function act(frm, method, done) {
	await frappe.call({ method: API + method, args: { run: frm.doc.name }, freeze: true });
	if (done) {
		frappe.show_alert(done);
	}
	await frm.reload_doc();
}

function show_headline(frm) {
	const lines = {
		Draft: __("Choose what to take over, then start. Nothing of what is there is changed or moved, and you can undo it."),
		Stopped: __("Stopped. What was taken over so far stays; resume to go on."),
		Failed: __("The last batch failed and was not kept. Put right what it says below, then resume."),
		Finished: frm.doc.then_take_past
			? __("Taken over. Past mail and meetings follow, once: {0} shows how far that is.", [settings_link()])
			: __("Taken over. To take in past mail and meetings too, open {0}.", [settings_link()]),
		Undone: __("Undone. What people have worked on since is listed below."),
	};
	const line = lines[frm.doc.status];
	if (line) {
		frm.dashboard.set_headline(line, frm.doc.status === "Failed" ? "red" : "blue");
	}
}

const settings_link = () =>
	`<a href="${frappe.utils.get_form_link("CRM Plus Settings", "CRM Plus Settings")}">${__("CRM Plus Settings")}</a>`;

async function poll(frm) {
	const { message: progress } = await frappe.call({
		method: API + "progress",
		args: { run: frm.doc.name },
		type: "GET",
	});
	if (!is_open(frm)) {
		return;
	}
	show_progress(frm, progress);
	offer_rescue(frm, progress);
	if (BUSY.includes(progress.status)) {
		frm.adoption_timer = setTimeout(() => poll(frm), POLL_MS);
	}
}

function is_open(frm) {
	return frappe.get_route_str() === `Form/${frm.doctype}/${frm.doc.name}`;
}

function show_progress(frm, progress) {
	if (!BUSY.includes(progress.status)) {
		if (progress.status !== frm.doc.status) {
			frm.reload_doc();
		}
		return;
	}
	const title = progress.status === "Undoing" ? __("Undoing") : __("Taking Over");
	frm.dashboard.show_progress(title, progress.percent || 0, `${Math.round(progress.percent || 0)} %`);
	for (const source of progress.sources) {
		const row = (frm.doc.sources || []).find((each) => each.name === source.name);
		if (row) {
			COUNTS.forEach((field) => (row[field] = source[field]));
		}
	}
	frm.doc.percent = progress.percent;
	frm.refresh_fields(["sources", "percent"]);
}

function offer_rescue(frm, progress) {
	const since = (frm.adoption_idle = progress.is_worked_on ? 0 : (frm.adoption_idle || 0) + 1);
	if (since >= 3 && !frm.adoption_rescue) {
		frm.adoption_rescue = frm.add_custom_button(__("Resume"), () => act(frm, "resume"));
		frappe.show_alert(__("No worker is at it. It may be waiting for one; resume if it was lost."));
	}
}

function show_reconciliation(frm) {
	const field = frm.get_field("reconciliation_html");
	if (!field || !frm.doc.reconciliation) {
		return;
	}
	const data = JSON.parse(frm.doc.reconciliation);
	const verdict = data.differences
		? indicator("orange", __("Lines that differ: {0}. They are marked.", [data.differences]))
		: indicator("green", __("Everything agrees."));
	field.$wrapper.html(
		`<p>${verdict}</p>` +
			totals_table(data.totals) +
			reasons_table(data.reasons) +
			count_table(__("Linked Documents and Rows"), data.documents, "source_doctype") +
			count_table(__("Brought Along"), data.belongings, "kind") +
			data.tables.filter((table) => table.count).map(comparison).join("")
	);
}

function indicator(color, text) {
	return `<span class="indicator-pill ${color}">${text}</span>`;
}

function table(title, heads, rows) {
	if (!rows.length) {
		return "";
	}
	const head = heads.map((text) => `<th>${text}</th>`).join("");
	const body = rows.map(({ cells, differs }) => {
		const style = differs ? ' style="background: var(--bg-orange); color: var(--text-on-orange)"' : "";
		return `<tr${style}>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
	});
	return `<h5 class="mt-4">${title}</h5><div style="overflow-x: auto">
		<table class="table table-bordered table-sm"><thead><tr>${head}</tr></thead>
		<tbody>${body.join("")}</tbody></table></div>`;
}

const text = (value) => frappe.utils.escape_html(String(value ?? ""));
const number = (value) => format_number(value, null, 0);
const money = (value, currency) =>
	currency ? `<span class="text-nowrap">${format_currency(value, currency)}</span>` : "";

function totals_table(totals) {
	const heads = [__("From"), __("There"), __("Created"), __("Merged"), __("Linked"), __("Skipped"), __("Missing")];
	const rows = totals.map((row) => {
		const counts = [row.there, row.Created, row.Merged, row.Linked, row.Skipped, row.missing].map(number);
		const sums = (side) => row.amounts.map((sum) => money(sum[side], sum.currency)).join("<br>");
		return { cells: [__(row.doctype), ...counts, sums("there"), sums("here")], differs: row.differs };
	});
	return table(__("All"), [...heads, __("Amount There"), __("Amount Here")], rows);
}

function comparison(group) {
	const doctype = __(group.doctype);
	const titles = {
		owner: __("{0} by Owner", [doctype]),
		year: __("{0} by Year", [doctype]),
		status: __("{0} by Status", [doctype]),
	};
	const firsts = { owner: __("Owner"), year: __("Year"), status: __("Status") };
	const heads = [firsts[group.by], __("There"), __("Here"), __("Amount There"), __("Amount Here")];
	const rows = group.lines.map((line) => {
		const label = group.by === "status" ? `${text(line.label)} → ${text(line.became)}` : text(line.label || __("Nobody"));
		const amounts = [money(line.amount_there, line.currency), money(line.amount_here, line.currency)];
		return { cells: [label, number(line.there), number(line.here), ...amounts], differs: line.differs };
	});
	return table(titles[group.by], heads, rows);
}

function reasons_table(reasons) {
	const rows = reasons.map((row) => {
		const examples = row.examples.map((each) => example(row.source_doctype, each)).join("<br>");
		const why = `${__(row.action)}: ${reason_text(row.reason)}`;
		return { cells: [__(row.source_doctype), why, number(row.count), examples], differs: row.action === "Skipped" };
	});
	return table(__("What Was Merged, Linked or Skipped, and Why"), [__("From"), __("Why"), __("Count"), __("For Example")], rows);
}

function example(doctype, row) {
	const from = link_to(doctype, row.source_name);
	return row.target_name ? `${from} → ${link_to(row.target_doctype, row.target_name)}` : from;
}

function link_to(doctype, name) {
	return `<a href="${frappe.utils.get_form_link(doctype, name)}">${text(name)}</a>`;
}

function count_table(title, counts, field) {
	const rows = counts.map((row) => ({
		cells: [row.action === "Skipped" ? `${__(row[field])} (${__(row.action)})` : __(row[field]), number(row.count)],
	}));
	return table(title, [__("What"), __("Count")], rows);
}

async function show_kept(frm) {
	const field = frm.get_field("kept_html");
	if (!field || !["Undoing", "Undone"].includes(frm.doc.status)) {
		return;
	}
	const { message: kept } = await frappe.call({ method: API + "kept", args: { run: frm.doc.name }, type: "GET" });
	const rows = kept.map((row) => ({
		cells: [link_to(row.target_doctype, row.target_name), reason_text(row.kept_reason), `${__(row.source_doctype)} ${text(row.source_name)}`],
	}));
	const shown = table(__("Kept"), [__("Record"), __("Why"), __("Taken Over From")], rows);
	field.$wrapper.html(shown || `<p class="text-muted">${__("Everything was removed.")}</p>`);
}

function reason_text(code) {
	const texts = {
		new: __("taken over as it was"),
		same_party: __("the records name each other as the same party"),
		same_identity: __("same name, and nothing speaks against it"),
		second_of_party: __("a further contact of a party that has one"),
		here_before: __("its profile was here before"),
		no_party: __("its customer was not taken over or no longer exists"),
		no_name: __("it has no name"),
		no_company: __("its company does not exist"),
		no_rate: __("no exchange rate; add one to Currency Exchange and run again"),
		no_stage: __("the pipeline has no stage for its outcome"),
		items_differ: __("the items add up to another amount; the items count"),
		items_as_text: __("its items cannot be sold here; they are in the description"),
		other_company: __("it belongs to another company than the deal"),
		changed_since: __("somebody has changed it since"),
		has_new_links: __("something new points at it"),
		in_use: __("it is still used"),
	};
	return texts[code] || text(code);
}
