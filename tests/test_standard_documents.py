"""The JSON documents, the custom fields and the patches agree with each other and with the design. Needs no site."""

from collections.abc import Callable

import pytest

from gates import custom_fields, doctypes, documents
from gates.names import PROMISED_FIELDS
from gates.report import report
from gates.tree import REPO, app_sources
from gates.wiring import Code

DOCUMENT_CHECKS: list[Callable[[documents.Document], list[str]]] = [
	documents.place_faults,
	documents.role_faults,
	documents.companion_faults,
	documents.report_faults,
	documents.reference_faults,
	documents.workspace_faults,
]
DOCTYPE_CHECKS: list[Callable[[documents.Document], list[str]]] = [
	doctypes.field_faults,
	doctypes.print_faults,
	doctypes.link_faults,
	doctypes.fetch_faults,
	doctypes.explanation_faults,
	doctypes.title_faults,
	doctypes.promised_faults,
]


@pytest.fixture(scope="module")
def code() -> Code:
	return Code(app_sources())


@pytest.mark.parametrize("check", DOCUMENT_CHECKS, ids=lambda check: check.__name__)
def test_documents(check: Callable[[documents.Document], list[str]]) -> None:
	report([fault for document in documents.documents() for fault in check(document)])


@pytest.mark.parametrize("check", DOCTYPE_CHECKS, ids=lambda check: check.__name__)
def test_doctypes(check: Callable[[documents.Document], list[str]]) -> None:
	report([fault for document in documents.of_kind("doctype") for fault in check(document)])


def test_controllers_hold_the_class_that_frappe_looks_for(code: Code) -> None:
	expected = [
		(
			"crm_plus.crm_plus." + document.path.removesuffix(".json").replace("/", "."),
			document.name.replace(" ", ""),
		)
		for document in documents.of_kind("doctype")
	]
	report(
		[
			f"{module}: has no class {name}"
			for module, name in expected
			if not code.resolves(f"{module}.{name}")
		]
	)


def test_script_reports_can_be_executed(code: Code) -> None:
	modules = [
		"crm_plus.crm_plus." + document.path.removesuffix(".json").replace("/", ".")
		for document in documents.of_kind("report")
		if document.value.get("report_type") == "Script Report"
	]
	report([f"{module}: has no execute()" for module in modules if not code.function(f"{module}.execute")])


def test_no_json_stands_outside_its_folder() -> None:
	"""Frappe looks for kind/name/name.json and for nothing else: a document elsewhere would never be installed."""
	seen = {f"crm_plus/crm_plus/{document.path}" for document in documents.documents()}
	paths = {path.relative_to(REPO).as_posix() for path in documents.FOLDER.rglob("*.json")}
	report([f"{path}: stands where Frappe does not look" for path in sorted(paths - seen)])


def test_custom_fields() -> None:
	report(custom_fields.custom_field_faults(custom_fields.load_table()))


def test_deal_field_is_where_others_rely_on_it() -> None:
	report(custom_fields.deal_field_faults(custom_fields.load_table()))


def test_patches(code: Code) -> None:
	lines = (REPO / "crm_plus/patches.txt").read_text(encoding="utf-8").splitlines()
	report(
		custom_fields.patch_faults(lines, code)
		+ custom_fields.unlisted_patch_faults(lines, list(app_sources()))
	)


def test_the_module_is_ours_alone() -> None:
	assert (REPO / "crm_plus/modules.txt").read_text(encoding="utf-8").split("\n") == ["CRM Plus", ""]


def test_something_was_checked() -> None:
	"""No documents, or none of those the others rely on, would make every check above green."""
	names = documents.our_names("doctype")
	assert {
		"Deal",
		"Customer Profile",
		"Pipeline",
		"Pipeline Stage",
		"Stage Change",
		"CRM Plus Settings",
	} <= names
	assert len(PROMISED_FIELDS["Deal"]) == 28
	assert sum(len(fields) for fields in custom_fields.load_table().values()) >= 7
