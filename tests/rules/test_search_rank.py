"""Which answer comes first."""

from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.search_rank import BEGINS, CONTAINS, EXACT, OTHER, WORD_BEGINS, rank


def test_texts() -> None:
	found = [
		rank("acme", "", [text], [])
		for text in ("ACME", "Acme Works", "The Acme Works", "Newacme", "Nothing")
	]
	assert found == [EXACT, BEGINS, WORD_BEGINS, CONTAINS, OTHER]


def test_accents_do_not_matter() -> None:
	assert rank("muller", "", ["Müller"], []) == EXACT
	assert rank("MÜLLER", "", ["Muller Bau"], []) == BEGINS


def test_phones() -> None:
	number = ["+919876543210"]
	assert rank("x", "919876543210", [], number) == EXACT
	assert rank("x", "9876543210", [], number) == BEGINS
	assert rank("x", "76543", [], number) == CONTAINS
	assert rank("x", "1111", [], number) == OTHER


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=3))
def test_the_best_of_several_texts_counts(typed: str, texts: list[str]) -> None:
	assert rank(typed, "", texts, []) == min((rank(typed, "", [text], []) for text in texts), default=OTHER)
