"""The line above a report's table: it says the same, whatever the order in which its amounts were added up."""

from typing import Any

from crm_plus.tests.report_case import ReportCase

Line = list[dict[str, Any]] | None


def assert_same_line(case: ReportCase, found: Line, expected: Line) -> None:
	"""Assert that two lines above a table are the same but for the last digit of a float."""
	for part, other in zip(found or [], expected or [], strict=True):
		if isinstance(part["value"], float):
			case.assert_close(part["value"], other["value"], str(part))
			part = {**part, "value": other["value"]}
		case.assertEqual(part, other)
