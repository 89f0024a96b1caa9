frappe.listview_settings["Revenue Team"] = {
	add_fields: ["disabled"],
	get_indicator: (doc) => (doc.disabled ? [__("Disabled"), "gray", "disabled,=,1"] : [__("Enabled"), "blue", "disabled,=,0"]),

	onload(listview) {
		if (!frappe.model.can_create("Revenue Team")) return;
		listview.page.add_inner_button(__("Fill from Sales Persons"), () => show_preview(listview));
	},
};

const METHODS = "crm_plus.api.teams";
const escape = (text) => frappe.utils.escape_html(String(text ?? ""));
const changes = (team) => team.is_new || team.added.length || team.made_leaders.length;

// What will be made and changed is seen first; nothing that somebody did by hand goes without a tick.
async function show_preview(listview) {
	const { message } = await frappe.call({ method: `${METHODS}.preview`, type: "GET", freeze: true });
	const beyond = message.teams.some((team) => team.beyond.length);
	const has_work = message.teams.some(changes);
	const dialog = new frappe.ui.Dialog({
		title: __("Fill from Sales Persons and Employees"),
		fields: [
			{ fieldtype: "HTML", fieldname: "shown" },
			{
				fieldtype: "Check",
				fieldname: "take_out",
				label: __("Also take out the people whom the records do not have in their team"),
				hidden: !beyond,
			},
		],
	});
	if (has_work || beyond) {
		dialog.set_primary_action(__("Fill"), ({ take_out }) => fill(listview, dialog, message.seen, take_out));
	}
	dialog.fields_dict.shown.$wrapper.html(preview(message, has_work));
	dialog.show();
}

async function fill(listview, dialog, seen, take_out) {
	dialog.hide();
	const args = { seen, take_out: take_out ? 1 : 0 };
	const { message } = await frappe.call({ method: `${METHODS}.fill`, args, freeze: true });
	frappe.show_alert({
		message: __("Teams made: {0}, people placed: {1}, taken out: {2}", [
			message.teams,
			message.people,
			message.taken_out,
		]),
		indicator: "green",
	});
	crm_plus.lists.read_anew(listview);
}

function preview({ teams, left_out, message }, has_work) {
	if (message) return `<p>${escape(message)}</p>${left(left_out)}`;
	const said = has_work ? "" : `<p>${__("The teams are as the records have them: there is nothing to add.")}</p>`;
	return `${said}${teams.map(team_html).join("")}${left(left_out)}`;
}

function team_html(team) {
	const lines = [
		...team.added.map((one) => (one.leads ? __("{0} joins and leads", [bold(one)]) : __("{0} joins", [bold(one)]))),
		...team.made_leaders.map((one) => __("{0} becomes leader", [bold(one)])),
		...team.beyond.map((one) => __("{0} is here beyond the records and stays", [bold(one)])),
	];
	if (team.stands_below !== null && team.stands_below !== undefined) lines.push(place(team));
	if (!team.is_new && !lines.length) return "";
	const head = team.is_new ? __("New team {0}", [escape(team.title)]) : __("Team {0}", [escape(team.title)]);
	const below = team.is_new && team.parent ? ` <span class="text-muted">${__("below {0}", [escape(team.parent)])}</span>` : "";
	return `<h6 class="mt-3">${head}${below}</h6><ul>${lines.map((line) => `<li>${line}</li>`).join("")}</ul>`;
}

const bold = ({ name, user }) => `<b title="${escape(user)}">${escape(name)}</b>`;

function place(team) {
	const here = team.stands_below ? __("below {0}", [escape(team.stands_below)]) : __("at the top");
	const there = team.parent ? __("below {0}", [escape(team.parent)]) : __("at the top");
	return __("It stands {0} by hand and stays there; the records have it {1}", [here, there]);
}

function left(people) {
	if (!people.length) return "";
	const lines = people.map(({ person, why }) => `<li>${escape(person)}: ${escape(why)}</li>`);
	return `<h6 class="mt-3">${__("Without a place")}</h6><ul>${lines.join("")}</ul>`;
}
