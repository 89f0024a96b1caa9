"""Every path in hooks.py, in scripts and in texts leads somewhere. Reads the files only; needs neither site nor Frappe."""

import pytest

from gates import assets, wiring
from gates.arrows import may_point
from gates.report import report
from gates.tree import REPO, app_scripts, app_sources, read

HOOKS_PATH = REPO / "crm_plus" / "hooks.py"


@pytest.fixture(scope="module")
def hooks() -> wiring.Hooks:
	return wiring.Hooks(read(HOOKS_PATH))


@pytest.fixture(scope="module")
def code() -> wiring.Code:
	return wiring.Code(app_sources())


def test_nothing_is_computed(hooks: wiring.Hooks) -> None:
	report(wiring.computed_faults(hooks))


def test_bench_can_read_the_plain_lines(hooks: wiring.Hooks) -> None:
	report(wiring.bench_line_faults(hooks))


def test_every_path_resolves(hooks: wiring.Hooks, code: wiring.Code) -> None:
	report(wiring.unresolved_faults(hooks, code))


def test_every_path_leads_to_its_room(hooks: wiring.Hooks) -> None:
	report(wiring.room_faults(hooks, may_point))


def test_document_handlers_are_named_after_document_and_event(hooks: wiring.Hooks, code: wiring.Code) -> None:
	report(wiring.event_faults(hooks, code))


def test_schedules_are_known_and_jobs_callable(hooks: wiring.Hooks, code: wiring.Code) -> None:
	report(wiring.schedule_faults(hooks, code))


def test_included_files_exist(hooks: wiring.Hooks) -> None:
	public = REPO / "crm_plus" / "public"
	files = [path.relative_to(public).as_posix() for path in sorted(public.rglob("*")) if path.is_file()]
	report(assets.include_faults(hooks, files))


def test_form_scripts_exist(hooks: wiring.Hooks) -> None:
	report(assets.script_hook_faults(hooks, assets.app_file_exists))


def test_every_handler_has_a_test(hooks: wiring.Hooks) -> None:
	texts = [
		path.read_text(encoding="utf-8") for path in sorted((REPO / "crm_plus/tests").rglob("test_*.py"))
	]
	report(wiring.untested_faults(hooks, "\n".join(texts)))


def test_paths_in_scripts_resolve(code: wiring.Code) -> None:
	report([fault for script in app_scripts() for fault in assets.called_path_faults(script, code)])


def test_paths_in_json_resolve(code: wiring.Code) -> None:
	documents = [read(path) for path in sorted((REPO / "crm_plus/crm_plus").rglob("*.json"))]
	report([fault for document in documents for fault in assets.called_path_faults(document, code)])


def test_paths_in_texts_resolve(code: wiring.Code) -> None:
	sources = [source for source in app_sources() if source.path != "crm_plus/hooks.py"]
	report([fault for source in sources for fault in assets.text_path_faults(source, code)])


def test_something_was_checked(hooks: wiring.Hooks) -> None:
	"""An unreadable hooks.py would otherwise pass as one without hooks."""
	assert {"doc_events", "scheduler_events", "after_install", "before_uninstall"} <= set(hooks.values)
	assert len(hooks.paths) > 10
