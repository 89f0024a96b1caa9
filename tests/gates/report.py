"""How a gate fails: every fault on a line of its own, and no trace of the gate's own code."""

import pytest


def report(faults: list[str]) -> None:
	"""Fail the running test where there are faults."""
	if faults:
		pytest.fail(f"{len(faults)} faults:\n" + "\n".join(faults), pytrace=False)
