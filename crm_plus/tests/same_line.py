"""What stands above a report's table says the same, whatever the order in which its amounts were added up."""

from typing import Any

from crm_plus.tests.report_case import ReportCase

Line = list[dict[str, Any]] | None
Chart = dict[str, Any] | None
# Both may lie on either side of half a cent.
CENTS = 0.02


def assert_same_line(case: ReportCase, found: Line, expected: Line) -> None:
	"""Assert that two lines above a table are the same but for the last digit of a float."""
	for part, other in zip(found or [], expected or [], strict=True):
		if isinstance(part["value"], float):
			case.assert_close(part["value"], other["value"], str(part))
			part = {**part, "value": other["value"]}
		case.assertEqual(part, other)


def assert_same_chart(case: ReportCase, found: Chart, expected: Chart) -> None:
	"""Assert that two charts are the same but for the cent to which a sum is rounded."""
	case.assertEqual(without_values(found), without_values(expected))
	for drawn, other in zip(datasets(found), datasets(expected), strict=True):
		for value, own in zip(drawn["values"], other["values"], strict=True):
			case.assertAlmostEqual(value, own, delta=CENTS, msg=drawn["name"])


def datasets(chart: Chart) -> list[dict[str, Any]]:
	return chart["data"]["datasets"] if chart else []


def without_values(chart: Chart) -> Chart:
	if not chart:
		return chart
	names = [each["name"] for each in datasets(chart)]
	return {**chart, "data": {**chart["data"], "datasets": names}}
