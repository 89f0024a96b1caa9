import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.outreach_text import filled_html, filled_line, first_fault

NAMES = {"full_name": "full_name", "job_title": "job_title"}


@pytest.mark.parametrize(
	("text", "fault"),
	[
		("Dear {{ full_name }},", ""),
		(
			'{{full_name}} {{ job_title or "friend" }} {{&nbsp;job_title&nbsp;or &quot;dear friend&quot;&nbsp;}}',
			"",
		),
		("{ full_name } {} }} {#x", ""),
		("{{ frappe }}", "{{ frappe }}"),
		("{{ full_name.strip() }}", "{{ full_name.strip() }}"),
		("{{ full_name or frappe }}", "{{ full_name or frappe }}"),
		("{{ full_name | safe }}", "{{ full_name | safe }}"),
		("{% if full_name %}", "{% if full_name %}"),
		("{{ full_name } }", "{{ full_name } }"),
		("{{{{ full_name }}}}", "{{}}"),
		("{{ full_name", "{{ full_name"),
		("{{ FULL_NAME }}", "{{ FULL_NAME }}"),
	],
)
def test_what_stands_for_nothing(text: str, fault: str) -> None:
	assert first_fault(text, NAMES) == fault


def test_the_words_for_nothing() -> None:
	text = "{{ full_name or \"friend\" }}, {{ job_title or '' }}{{ job_title }}"
	assert filled_line(text, {"full_name": "", "job_title": ""}) == "friend,"
	assert filled_line(text, {"full_name": "Ada", "job_title": "Boss"}) == "Ada, BossBoss"


@given(st.text(), st.text(alphabet="{}% full_namejob&;\"'#<>\n "))
def test_a_value_is_text_and_brings_no_places_of_its_own(value: str, around: str) -> None:
	values = {"full_name": value, "job_title": "{{ full_name }}"}
	assert filled_html("<p>{{ full_name }}</p>", values) == f"<p>{html.escape(value)}</p>"
	assert filled_html("{{ job_title }}", values) == "{{ full_name }}"
	assert "\n" not in filled_line(f"{{{{ full_name }}}}{around}", values)
	if not first_fault(around, NAMES):
		filled = filled_html(around, {})
		assert "{{" not in filled
		assert "{%" not in filled
