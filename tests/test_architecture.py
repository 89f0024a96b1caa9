"""The house of the design, held by checks: arrows, sizes, habits. Needs no site; each fault is one readable line."""

from collections.abc import Callable

import pytest

from gates import arrows, habits, interfaces, purity, sizes, words
from gates.report import report
from gates.tree import REPO, Source, app_scripts, app_sources, broken_sources, sources_beside_the_app

# Files that are nothing but tables of fields or columns, and functions that return one (path::function).
TABLES: frozenset[str] = frozenset()

CHECKS: list[Callable[[Source], list[str]]] = [
	arrows.arrow_faults,
	arrows.rules_import_faults,
	purity.clock_faults,
	purity.report_write_faults,
	purity.validation_write_faults,
	interfaces.whitelist_faults,
	interfaces.postponed_annotation_faults,
	interfaces.public_function_faults,
	habits.commit_faults,
	habits.permission_faults,
	habits.class_replacement_faults,
	habits.translation_faults,
	habits.sql_faults,
	habits.unfinished_faults,
	habits.blanket_faults,
	habits.swallowed_error_faults,
	words.retiring_word_faults,
	words.hard_link_faults,
]
SCRIPT_CHECKS: list[Callable[[Source], list[str]]] = [
	habits.script_translation_faults,
	words.script_link_faults,
	sizes.file_size_faults,
]
# Checks of the above that tests and scripts keep too.
OUTER_CHECKS: list[Callable[[Source], list[str]]] = [
	habits.unfinished_faults,
	habits.blanket_faults,
	sizes.file_size_faults,
	sizes.function_size_faults,
]


def test_every_file_is_python() -> None:
	report([f"{source.path}: does not parse" for source in broken_sources()])


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_app(check: Callable[[Source], list[str]]) -> None:
	report([fault for source in app_sources() for fault in check(source)])


@pytest.mark.parametrize("check", OUTER_CHECKS, ids=lambda check: check.__name__)
def test_beside_the_app(check: Callable[[Source], list[str]]) -> None:
	report([fault for source in sources_beside_the_app() for fault in check(source)])


@pytest.mark.parametrize("check", SCRIPT_CHECKS, ids=lambda check: check.__name__)
def test_scripts(check: Callable[[Source], list[str]]) -> None:
	report([fault for script in app_scripts() for fault in check(script)])


def test_file_sizes() -> None:
	report([fault for source in app_sources() for fault in sizes.file_size_faults(source, TABLES)])


def test_function_sizes() -> None:
	report([fault for source in app_sources() for fault in sizes.function_size_faults(source, TABLES)])


def test_no_exemption_is_stale() -> None:
	report(sizes.stale_exemptions(TABLES, list(app_sources())))


def test_rules_are_mirrored_by_tests() -> None:
	rules = [path.stem for path in sorted((REPO / "crm_plus/rules").glob("*.py")) if path.stem != "__init__"]
	tests = [path.stem.removeprefix("test_") for path in sorted((REPO / "tests/rules").glob("test_*.py"))]
	report(arrows.mirror_faults(rules, tests))


def test_imports_go_in_no_circle() -> None:
	report(arrows.cycle_faults(list(app_sources())))


def test_something_was_checked() -> None:
	"""An empty tree passes every check above: without this, a moved folder would make them all green."""
	rooms = {source.room for source in app_sources()}
	assert {"hooks", "rules", "workflows", "overrides", "controllers", "api", "setup", "tests"} <= rooms
	assert len(app_sources()) > 40
