"""Every parameter of every function and every filter of every report, with what nobody should send: no fault, no SQL, no secret."""

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import frappe
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import crm_plus
from crm_plus.tests.request_case import RequestCase, sentences, token_of, user_with
from crm_plus.tests.test_api_edge import EXAMPLES, WITHOUT_CONTROL, World, example, functions, methods_of
from crm_plus.tests.test_bad_input import HTML

MARKUP = "<img src=x onerror=alert(1)>"
# Texts that break out of quotes, comments, paths, JSON and the types that a function expects.
HOSTILE = (
	*("'", '"', "`", "\\", "%", "%s", "%(x)s", "{0}", "\0", "\n", "-- ", "#", ";"),
	*("' or '1'='1", '" or 1=1 -- ', "1) union select name from tabUser -- ", "sleep(9)", "`tabUser`"),
	*(HTML, MARKUP, "{{ 7*7 }}", "../../etc/passwd", "x" * 5000, "\u202e", "🙂"),
	*("[", "{", "null", "[[[]]]", '{"a": {"b": 1}}', '[["Deal","name","like","%"]]', "-1", "1e999", "NaN"),
)
# Frappe leaves out what is None: another test asks for what is missing.
values = st.sampled_from(HOSTILE) | st.text(max_size=30) | st.integers() | st.booleans()
hostile = values | st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=8), values, max_size=3)
SQL = re.compile(
	r"select .{1,80} from|pymysql|SQL syntax|OperationalError|ProgrammingError|tab[A-Z]\w+`", re.I | re.S
)
SCRIPT = re.compile(r"<(script|img|svg|iframe)\b", re.I)
EACH = 2


class HostileCase(RequestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.world = World()
		cls.token = token_of(user_with("Sales Manager", "System Manager", "Accounts Manager"))
		frappe.db.commit()  # the requests are other connections

	def says_too_much(self, status: int, body: Any) -> bool:
		"""What a person reads holds no script, and no SQL but what he sent; the trace is for developers, who switched it on.

		A file holds what the site stores, and the Audit Trail that of requests like these.
		"""
		if status == 200 and not isinstance(body, dict):
			return False
		said = [str(body.get("exception", "")), *sentences(body)] if isinstance(body, dict) else [str(body)]
		return any(SCRIPT.search(one) or SQL.search(without_own(one)) for one in said)


def without_own(sentence: str) -> str:
	"""Return a sentence without the SQL that the tests themselves send, which it may repeat."""
	for own in HOSTILE:
		if SQL.search(own):
			sentence = sentence.replace(own.strip(), "")
	return sentence


class TestHostileArguments(HostileCase):
	def parameters(self) -> list[tuple[str, Callable[..., Any], str]]:
		return [
			(path, function, name)
			for path, function in functions().items()
			if path.removeprefix("crm_plus.api.") in EXAMPLES and not path.endswith(WITHOUT_CONTROL)
			# A page for guests has scripts of its own: test_opt_outs looks at what it says.
			if function not in frappe.guest_methods
			for name in example(path, self.world)
		]

	# A failure names every parameter that breaks something: nothing is to be made smaller.
	@settings(
		max_examples=EACH,
		deadline=None,
		phases=[Phase.generate],
		suppress_health_check=list(HealthCheck),
	)
	@given(st.data())
	def test_no_parameter_breaks_anything(self, data: Any) -> None:
		self.assert_harmless(lambda: data.draw(hostile))

	def test_no_refusal_repeats_markup_as_markup(self) -> None:
		"""Frappe's own sentences name the record or type that was asked for: a page would draw what stands there."""
		self.assert_harmless(lambda: MARKUP)

	def assert_harmless(self, make_value: Callable[[], Any]) -> None:
		"""Send each parameter a value: a person then reads neither SQL nor script, and it is no fault of ours."""
		faults = []
		for path, function, name in self.parameters():
			value = make_value()
			args = {**example(path, self.world), name: value}
			status, body = self.call(path, args, method=methods_of(function)[0], token=self.token)
			if status >= 500 or self.says_too_much(status, body):
				faults.append((path, name, value, status, str(body)[:300]))
		self.assertEqual(faults, [])


FILTER = re.compile(r'fieldname:\s*"(\w+)"')
SCRIPTS = Path(crm_plus.__file__).parent


def filters_of(report: str) -> list[str]:
	"""Return the filters that a report's script names, and those that our reports share."""
	own = SCRIPTS / "crm_plus" / "report" / frappe.scrub(report) / f"{frappe.scrub(report)}.js"
	shared = (SCRIPTS / "public" / "js" / "reports").glob("*.js")
	return sorted({name for file in (own, *shared) for name in FILTER.findall(file.read_text())})


class TestHostileFilters(HostileCase):
	def reports(self) -> dict[str, list[str]]:
		"""Return every report of ours, new ones too, with its filters."""
		return {
			name: filters_of(name) for name in frappe.get_all("Report", {"module": "CRM Plus"}, pluck="name")
		}

	def test_the_scripts_do_name_filters(self) -> None:
		for report, names in self.reports().items():
			self.assertTrue({"company", "user", "owner"} & set(names), report)

	def test_no_filter_of_another_kind_breaks_anything(self) -> None:
		"""A list where one name is meant never reaches the database as it stands, and its markup comes back as text."""
		self.assert_harmless(
			(report, name, ["a'", MARKUP]) for report, names in self.reports().items() for name in names
		)

	@settings(
		max_examples=1,
		deadline=None,
		phases=[Phase.generate],
		suppress_health_check=list(HealthCheck),
	)
	@given(st.data())
	def test_no_filter_breaks_anything(self, data: Any) -> None:
		self.assert_harmless(
			(report, name, data.draw(hostile))
			for report, names in self.reports().items()
			for name in (*names, data.draw(st.text(max_size=10)))
		)

	def assert_harmless(self, filters: Iterable[tuple[str, str, Any]]) -> None:
		"""Run each report with one filter of which a person reads neither SQL nor script, and that is no fault of ours."""
		faults = []
		for report, name, value in filters:
			args = {"report_name": report, "filters": json.dumps({name: value})}
			status, body = self.call("frappe.desk.query_report.run", args, token=self.token)
			answer = body.get("message") if isinstance(body, dict) else None
			words = str(answer.get("message") or "") if isinstance(answer, dict) else ""
			if status >= 500 or self.says_too_much(status, body) or SCRIPT.search(words):
				faults.append((report, name, value, status, str(body)[:300]))
		self.assertEqual(faults, [])
