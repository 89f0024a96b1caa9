"""A gate that catches nothing is green for ever: each is shown a fault and must see it, and a good file and be still."""

import json
from pathlib import Path

import pytest

import test_architecture
from gates import arrows, assets, custom_fields, doctypes, documents, sizes, wiring
from gates.examples import EXAMPLES, SCRIPT_EXAMPLES, Example
from gates.tree import Source, is_reason

HOOKS = """app_name = "crm_plus"
app_title = "CRM Plus"
app_publisher = "P"
app_description = "D"
app_email = "E"
app_license = "L"
required_apps = ["frappe/erpnext"]
after_install = "crm_plus.setup.install.after_install"
app_include_js = "board.bundle.js"
doctype_js = {"Quotation": "public/js/quotation.js"}
doc_events = {"Quotation": {"on_submit": "crm_plus.overrides.quotation.on_submit"}}
scheduler_events = {"daily": ["crm_plus.jobs.sweep.run"], "cron": {"*/5 * * * *": ["crm_plus.jobs.sweep.run"]}}
"""
CODE = wiring.Code(
	(
		Source("crm_plus/setup/install.py", "def after_install(): ...\n"),
		Source(
			"crm_plus/overrides/quotation.py",
			"from crm_plus.overrides.sales import on_submit\ndef validate(doc): ...\n",
		),
		Source("crm_plus/overrides/sales.py", "def on_submit(doc, method=None): ...\n"),
		Source("crm_plus/jobs/sweep.py", "def run(): ...\ndef one(name): ...\n"),
		Source("crm_plus/patches/v1/fill.py", "def execute(): ...\n"),
	)
)


def wiring_faults(text: str) -> list[str]:
	"""Return what every check of the wiring says of a hooks.py."""
	hooks = wiring.Hooks(Source("crm_plus/hooks.py", text))
	return [
		*wiring.computed_faults(hooks),
		*wiring.bench_line_faults(hooks),
		*wiring.unresolved_faults(hooks, CODE),
		*wiring.room_faults(hooks, arrows.may_point),
		*wiring.event_faults(hooks, CODE),
		*wiring.schedule_faults(hooks, CODE),
		*wiring.untested_faults(hooks, "Quotation and sweep"),
		*assets.include_faults(hooks, ["js/board.bundle.js"]),
		*assets.script_hook_faults(hooks, lambda path: path == "public/js/quotation.js"),
	]


@pytest.mark.parametrize("example", EXAMPLES + SCRIPT_EXAMPLES, ids=str)
def test_check_sees_the_bad_and_passes_the_good(example: Example) -> None:
	assert example.check(Source(example.path, example.bad))
	assert example.check(Source(example.good_path or example.path, example.good)) == []


def test_every_check_has_an_example() -> None:
	shown = {example.check for example in EXAMPLES + SCRIPT_EXAMPLES}
	used = {*test_architecture.CHECKS, *test_architecture.SCRIPT_CHECKS, *test_architecture.OUTER_CHECKS}
	assert used <= shown


def test_good_hooks_pass() -> None:
	assert wiring_faults(HOOKS) == []


@pytest.mark.parametrize(
	("old", "new", "said"),
	[
		('"L"', "str(1)", "computes nothing"),
		('app_name = "crm_plus"', 'import os\napp_name = "crm_plus"', "computes nothing"),
		('["frappe/erpnext"]', '[\n\t"frappe/erpnext",\n]', "one plain line"),
		("install.after_install", "install.after_instal", "does not exist"),
		("quotation.on_submit", "quotation.on_cancel", "does not exist"),
		("crm_plus.setup.install.after_install", "crm_plus.jobs.sweep.run", "must stand in setup/"),
		("after_install =", "extend_bootinfo =", "must not point to"),
		("crm_plus.overrides.quotation", "crm_plus.overrides.sales", "overrides/quotation.py"),
		("quotation.on_submit", "quotation.validate", "must be named on_submit"),
		("on_submit", "validate", "must take (doc, method)"),
		('{"on_submit"', '{"on_sumbit"', "no event on_sumbit"),
		('"daily"', '"dayly"', "no schedule dayly"),
		("*/5 * * * *", "every five minutes", "no cron line"),
		('["crm_plus.jobs.sweep.run"], "cron"', '["crm_plus.jobs.sweep.one"], "cron"', "without arguments"),
		('"Quotation": {', '"Sales Order": {', "overrides/sales_order.py"),
		("board.bundle", "bord.bundle", "public/ has no"),
		("js/quotation.js", "js/quote.js", "does not exist"),
	],
)
def test_hooks_are_caught(old: str, new: str, said: str) -> None:
	assert old in HOOKS
	assert said in "\n".join(wiring_faults(HOOKS.replace(old, new)))


def test_a_circle_of_imports_is_caught() -> None:
	one = Source("crm_plus/workflows/one.py", "from crm_plus.workflows.two import second\n")
	two = Source("crm_plus/workflows/two.py", "from crm_plus.workflows import one\n")
	later = Source("crm_plus/workflows/two.py", "def second():\n\tfrom crm_plus.workflows import one\n")
	assert "circle" in "\n".join(arrows.cycle_faults([one, two]))
	assert arrows.cycle_faults([one, later]) == []


def test_handler_without_test_is_caught() -> None:
	hooks = wiring.Hooks(Source("crm_plus/hooks.py", HOOKS))
	assert len(wiring.untested_faults(hooks, "Sales Order")) == 3


def test_paths_in_texts_are_caught() -> None:
	script = 'frappe.call("crm_plus.jobs.sweep.{}")'
	assert assets.called_path_faults(Source("a.js", script.format("gone")), CODE)
	assert not assets.called_path_faults(Source("a.js", script.format("run")), CODE)
	assert assets.text_path_faults(Source("a.py", 'enqueue("crm_plus.jobs.gone.run")'), CODE)
	assert not assets.text_path_faults(Source("a.py", 'enqueue("crm_plus.jobs.sweep.run")'), CODE)


def test_rules_without_mirror_are_caught() -> None:
	assert len(arrows.mirror_faults(["money"], ["stages"])) == 2
	assert arrows.mirror_faults(["money"], ["money", "money_shares"]) == []


def test_exemptions_hold_and_go_stale() -> None:
	long = Source("crm_plus/setup/fields.py", "def f():\n" + "\tx = 1\n" * 400)
	exempt = frozenset({long.path, f"{long.path}::f"})
	assert sizes.file_size_faults(long, exempt) + sizes.function_size_faults(long, exempt) == []
	assert sizes.stale_exemptions(exempt, [long]) == []
	assert len(sizes.stale_exemptions(exempt, [Source(long.path, "def f(): ...\n")])) == 2


def test_a_reason_is_more_than_an_instruction_to_a_tool() -> None:
	assert is_reason("the site is empty here")
	assert not is_reason("noqa: F401, E501")
	assert not is_reason("ok")


def deal(**changes: object) -> documents.Document:
	"""Return a small DocType, right in every way but for the changes."""
	title = {"fieldname": "title", "fieldtype": "Data", "label": "Title", "in_list_view": 1}
	stamps = dict.fromkeys(documents.STAMPS, "x")
	value = {
		**{"doctype": "DocType", "name": "Small Deal", "module": "CRM Plus", "description": "D", **stamps},
		**{
			"fields": [title],
			"field_order": ["title"],
			"title_field": "title",
			"show_title_field_in_link": 1,
		},
		**{"track_changes": 1, "permissions": [{"role": "Sales User"}], **changes},
	}
	return documents.Document("doctype/small_deal/small_deal.json", json.dumps(value))


def field(fieldname: str, fieldtype: str, **more: object) -> dict[str, object]:
	"""Return the changes that make one field the only one of the small DocType."""
	row = {"fieldname": fieldname, "fieldtype": fieldtype, "label": "L", "in_list_view": 1, **more}
	return {"fields": [row], "field_order": [fieldname], "title_field": fieldname}


DOCUMENT_CHECKS = (
	*(documents.place_faults, documents.role_faults, doctypes.field_faults, doctypes.link_faults),
	*(doctypes.fetch_faults, doctypes.explanation_faults, doctypes.title_faults, doctypes.promised_faults),
)


def test_a_good_doctype_passes() -> None:
	assert [fault for check in DOCUMENT_CHECKS for fault in check(deal())] == []


@pytest.mark.parametrize(
	("changes", "said"),
	[
		({"name": "Large Deal"}, "does not equal its folder"),
		({"module": "CRM"}, "the module is 'CRM'"),
		({"doctype": "Report"}, "stands in doctype/"),
		({"permissions": [{"role": "Guest"}]}, "'Guest'"),
		({"field_order": []}, "field_order"),
		({"description": ""}, "neither description"),
		({"track_changes": 0}, "track changes"),
		({"istable": 1}, "child table"),
		({"title_field": "nothing"}, "does not exist"),
		({"title_field": ""}, "named by a code"),
		(field("Title", "Data"), "cannot be a fieldname"),
		(field("owner", "Data"), "cannot be a fieldname"),
		(field("title", "Data", label=""), "has no label"),
		(field("title", "Select"), "without options"),
		(field("lead", "Link", options="Lead"), "may vanish"),
		(field("lead", "Link", options="Sales Stage"), "neither ours"),
		(field("lead", "Dynamic Link", options="kind"), "would name its DocType"),
		(field("lead", "Data", fetch_from="customer.name"), "begins at no link"),
		({"name": "Deal"}, "billing_status must be a field of type Select"),
	],
)
def test_doctypes_are_caught(changes: dict[str, object], said: str) -> None:
	assert said in "\n".join(fault for check in DOCUMENT_CHECKS for fault in check(deal(**changes)))


def test_promises_are_exact() -> None:
	assert doctypes.keeps({"fieldtype": "Select", "options": "Open\nWon\nLost"}, "Select Open|Won|Lost")
	assert not doctypes.keeps({"fieldtype": "Select", "options": "Open\nWon"}, "Select Open|Won|Lost")
	assert not doctypes.keeps({"fieldtype": "Link", "options": "Customer"}, "Link Company")
	assert not doctypes.keeps({"fieldtype": "HTML"}, "")


def test_companions_are_missed(tmp_path: Path) -> None:
	assert len(documents.companion_faults(deal(), tmp_path)) == 2


def test_custom_fields_are_caught() -> None:
	good = {
		"fieldname": "crm_plus_x",
		"fieldtype": "Data",
		"label": "X",
		"module": "CRM Plus",
		"insert_after": "a",
	}
	assert custom_fields.custom_field_faults({"Quotation": [good]}) == []
	for change in ({"fieldname": "x"}, {"module": ""}, {"label": ""}, {"insert_after": ""}):
		assert custom_fields.custom_field_faults({"Quotation": [{**good, **change}]})
	assert custom_fields.custom_field_faults(
		{"Quotation": [{**good, "fieldtype": "Link", "options": "Lead"}]}
	)
	assert custom_fields.custom_field_faults({"Opportunity": [good]})
	assert len(custom_fields.deal_field_faults({"Quotation": [good]})) == 7


@pytest.mark.parametrize(
	"lines",
	[
		["crm_plus.patches.v1.fill"],
		["[post_model_sync]", "crm_plus.patches.v1.gone"],
		["[post_model_sync]", "crm_plus.patches.v1.fill", "crm_plus.patches.v1.fill"],
		["[afterwards]", "crm_plus.patches.v1.fill"],
	],
)
def test_patches_are_caught(lines: list[str]) -> None:
	assert custom_fields.patch_faults(lines, CODE)
	assert custom_fields.patch_faults(["[post_model_sync]", "crm_plus.patches.v1.fill #2"], CODE) == []
	assert custom_fields.unlisted_patch_faults([], list(CODE.sources))
