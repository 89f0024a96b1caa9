// Which lists fold their filters on a phone, and which field stays in sight.
import assert from "node:assert/strict";
import test from "node:test";

globalThis.__ = (text) => text;
globalThis.crm_plus = { lists: { is_list: (view) => view.view_name === "List" } };
globalThis.frappe = { views: { BaseList: class {} } };
const { is_foldable, kept_field } = await import("../../crm_plus/public/js/phone_filters.js");

const list = (changes = {}) => ({
	view_name: "List",
	meta: { module: "CRM Plus" },
	filter_area: {},
	page: { fields_dict: { name: {}, title: {}, status: {} } },
	...changes,
});

test("our own lists with several filters fold", () => assert.equal(is_foldable(list()), true));

test("others' lists, and what is no list, stay as Frappe makes them", () => {
	assert.equal(is_foldable(list({ meta: { module: "Selling" } })), false);
	assert.equal(is_foldable(list({ view_name: "Report" })), false);
	assert.equal(is_foldable(list({ filter_area: undefined })), false);
});

test("a version that folds by itself is left to it", () => {
	assert.equal(is_foldable(list({ filter_area: { toggle_standard_filter() {} } })), false);
});

test("a filter or two take no room worth a button", () => {
	assert.equal(is_foldable(list({ page: { fields_dict: { name: {}, disabled: {} } } })), false);
});

test("the records' title is searched by, else their name, else what there is", () => {
	assert.equal(kept_field({ title_field: "title" }, ["name", "title"]), "title");
	assert.equal(kept_field({ title_field: "hidden_from_me" }, ["status", "name"]), "name");
	assert.equal(kept_field({}, ["status"]), "status");
});
