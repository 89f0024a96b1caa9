from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.quoted_text import LONGEST, escape_like, quoted


@given(st.text())
def test_what_is_repeated_is_short_and_no_html(text: str) -> None:
	shown = quoted(text)
	assert not set("<>\"'\0\n") & set(shown)
	assert len(shown) <= 6 * LONGEST


def test_short_texts_are_shown_as_they_are() -> None:
	assert quoted("Ärzte-Haus Nord") == "Ärzte-Haus Nord"
	assert quoted("  two \n words ") == "two words"
	assert quoted(None) == ""


def test_long_texts_end_in_dots() -> None:
	assert quoted("x" * 5000) == "x" * (LONGEST - 1) + "…"


def test_html_is_made_text() -> None:
	assert quoted("<b>R&D</b>") == "&lt;b&gt;R&amp;D&lt;/b&gt;"


def test_wildcards_mean_themselves() -> None:
	assert escape_like("100%_\\") == "100\\%\\_\\\\"
