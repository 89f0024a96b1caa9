"""The tests of what JavaScript decides: each file of tests/js is run by Node's own test runner."""

import shutil
import subprocess
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parent / "js").glob("*.test.mjs"))


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_javascript(file: Path) -> None:
	node = shutil.which("node")
	assert node, "Node 18 or newer is needed for the JavaScript tests: install it and try again."
	done = subprocess.run([node, "--test", str(file)], capture_output=True, text=True, timeout=120)
	assert done.returncode == 0, done.stdout + done.stderr
	assert "# tests 0" not in done.stdout and "ℹ tests 0" not in done.stdout, f"{file.name} holds no test."
