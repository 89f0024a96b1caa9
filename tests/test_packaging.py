"""The package says one thing in one place, and holds what Frappe needs at run time. Builds the wheel, offline."""

import re
import zipfile
from pathlib import Path

import pytest
from flit_core import buildapi

from gates.report import report
from gates.tree import APP, REPO, files_below

PYPROJECT = (REPO / "pyproject.toml").read_text(encoding="utf-8")
# Frappe pins these itself: naming them here could only contradict it.
PINNED_BY_FRAPPE = ("phonenumbers", "python-dateutil", "requests", "rq", "pydantic", "babel")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
	"""The names of the files in a freshly built wheel."""
	folder = tmp_path_factory.mktemp("wheel")
	with pytest.MonkeyPatch.context() as patch:
		patch.chdir(REPO)
		name = buildapi.build_wheel(str(folder))
	return zipfile.ZipFile(folder / name).namelist()


def test_wheel_holds_every_file_of_the_app(wheel: list[str]) -> None:
	wanted = [
		path
		for path in files_below(REPO / APP, ".py", ".json", ".txt", ".js", ".vue", ".css", ".scss", ".html")
	]
	names = [path.relative_to(REPO).as_posix() for path in wanted]
	report([f"{name}: is not in the wheel" for name in names if name not in wheel])
	assert {"crm_plus/hooks.py", "crm_plus/modules.txt", "crm_plus/patches.txt"} <= set(wheel)


def test_wheel_installs_nothing_beside_the_app(wheel: list[str]) -> None:
	"""A top-level `tests` or `setup` in site-packages would shadow everybody else's."""
	tops = {name.split("/")[0] for name in wheel}
	assert {top for top in tops if not top.endswith(".dist-info")} == {APP}


def test_version_stands_in_the_app_alone() -> None:
	assert 'dynamic = ["version"]' in PYPROJECT
	assert not re.search(r"^version\s*=", PYPROJECT, re.M)
	assert re.search(
		r'^__version__ = "\d+\.\d+\.\d+[\w.-]*"$', (REPO / APP / "__init__.py").read_text(), re.M
	)


def test_nothing_is_demanded_that_frappe_pins() -> None:
	demanded = re.search(r"^dependencies = \[(.*?)\]", PYPROJECT, re.M | re.S)
	assert demanded
	assert not [name for name in PINNED_BY_FRAPPE if name in demanded[1].lower()]


def test_setup_py_is_a_guarded_stub() -> None:
	"""An editable install puts the repository on sys.path, where `import setup` must do nothing."""
	text = (REPO / "setup.py").read_text(encoding="utf-8")
	assert text.split('if __name__ == "__main__":')[0].count("import") == text.split('"""')[1].count("import")
	assert 'setup(name="crm_plus")' in text


def test_nothing_else_packages_the_app() -> None:
	assert not [name for name in ("MANIFEST.in", "setup.cfg", "requirements.txt") if (REPO / name).exists()]
	assert not (REPO / "tests" / "__init__.py").exists()


def test_every_test_file_is_run() -> None:
	"""A test file outside testpaths would be green by never running."""
	patterns = paths_of_tests()
	assert patterns
	run = {
		file
		for pattern in patterns
		for path in REPO.glob(pattern)
		for file in (path, *path.rglob("test_*.py"))
	}
	found = [
		path for folder in ("tests", APP) for path in files_below(REPO / folder, ".py") if is_test_file(path)
	]
	report([f"{path.relative_to(REPO)}: is in no testpath" for path in found if path not in run])


def test_make_runs_what_pytest_would() -> None:
	script = (REPO / "scripts" / "test.sh").read_text(encoding="utf-8")
	report([f"scripts/test.sh: does not run {path}" for path in paths_of_tests() if path not in script])


def paths_of_tests() -> list[str]:
	"""Return where pytest looks for tests, in its order."""
	listed = re.search(r"^testpaths = \[(.*?)\]", PYPROJECT, re.M | re.S)
	return re.findall(r'"([^"]+)"', listed[1]) if listed else []


def is_test_file(path: Path) -> bool:
	"""Tell whether pytest would collect a file if it came by; benchmarks are run by hand."""
	return path.name.startswith("test_") and "benchmarks" not in path.parts
