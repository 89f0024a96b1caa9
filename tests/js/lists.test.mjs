// What lists and links show of users, and how many columns a list has.
import assert from "node:assert/strict";
import { test } from "node:test";

const calls = [];
globalThis.frappe = {
	boot: { user_info: { "anna@x.example": {} } },
	xcall: (method, args) => Promise.resolve(calls.push(args.users)),
	update_user_info() {},
	provide() {},
	form: { link_formatters: {} },
	user_info: (user) => ({ fullname: { "anna@x.example": "Anna <Keller>" }[user] }),
	utils: { escape_html: (text) => String(text).replaceAll("<", "&lt;").replaceAll(">", "&gt;") },
};
globalThis.crm_plus = { lists: {} };
globalThis.__ = (text) => text;

const { column_count, show_columns, user_cell } = await import("../../crm_plus/public/js/lists.js");
const { name_of } = await import("../../crm_plus/public/js/user_names.js");

test("a laptop shows as many columns as we need", () => {
	assert.equal(column_count(1280), 8);
	assert.equal(column_count(1920), 10);
});

test("columns are set up anew only where nobody chose a number", () => {
	globalThis.window = { innerWidth: 1280 };
	const seen = [];
	const list = (settings) => ({
		view_name: "List",
		list_view_settings: settings,
		columns: [],
		setup_columns: () => seen.push(settings.total_fields),
		render_header: () => {},
	});
	show_columns(list({ total_fields: 5 }));
	assert.deepEqual(seen, []);
	const settings = { total_fields: null };
	show_columns(list(settings));
	assert.equal(seen.length, 1);
	assert.equal(settings.total_fields, null);
	show_columns({ ...list({}), view_name: "Report" });
	assert.equal(seen.length, 1);
	const narrow = { ...list({}), columns: [{ type: "Tag" }, { df: { fieldname: "a" } }, { df: { fieldname: "b" } }] };
	show_columns(narrow, "b");
	assert.deepEqual(narrow.columns.map(({ df }) => df?.fieldname), [undefined, "a"]);
	globalThis.window.innerWidth = 1440;
	const named = (names) => ({ ...list({}), columns: names.map((fieldname) => ({ df: { fieldname } })) });
	const [roomy, full] = [named([..."abcdefgh"]), named([..."abcdefghi"])];
	for (const one of [roomy, full]) show_columns(one, "b");
	assert.equal(roomy.columns.length, 8);
	assert.equal(full.columns.map(({ df }) => df.fieldname).join(""), "acdefghi");
});

test("a user is shown by name, and pressed he is a filter", () => {
	const html = user_cell("anna@x.example", { fieldname: "deal_owner", label: "Owner" });
	assert.match(html, />Anna &lt;Keller&gt;</);
	assert.match(html, /data-filter="deal_owner,=,anna@x.example"/);
	assert.match(user_cell("gone@x.example", { fieldname: "deal_owner", label: "Owner" }), />gone@x.example</);
	assert.equal(user_cell("", {}), "");
});

test("names that the Desk does not know are asked for together and once", async () => {
	calls.length = 0;
	for (const user of ["ben@x.example", "eva@x.example", "ben@x.example", "anna@x.example"]) {
		user_cell(user, { fieldname: "deal_owner", label: "Owner" });
	}
	await new Promise((resolve) => setTimeout(resolve, 100));
	assert.deepEqual(calls.map((users) => JSON.parse(users).filter((user) => user !== "gone@x.example")), [["ben@x.example", "eva@x.example"]]);
});

test("an owner does not bear the customer's name", () => {
	const formatter = name_of((value, doc) => doc.full_name || value, (user) => frappe.user_info(user).fullname);
	const profile = { doctype: "Customer Profile", full_name: "Acme" };
	assert.equal(formatter("anna@x.example", profile), "Anna <Keller>");
	assert.equal(formatter("gone@x.example", profile), "gone@x.example");
	assert.equal(formatter("anna@x.example", { doctype: "Employee", full_name: "Anna K." }), "Anna K.");
});
