"""The one stream: pages of any mixture of kinds are the brute-force sort, and texts are plain."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.timeline import (
	GROUPS,
	KINDS,
	Batch,
	Entry,
	Page,
	Place,
	bound,
	kinds_of,
	merge,
	preview,
)

START = datetime(2026, 11, 21, 9)
NOTHING: frozenset[tuple[str, str]] = frozenset()


def entry(minutes: float, kind: str, name: str) -> Entry:
	return Entry(START + timedelta(minutes=minutes), kind, name)


# Few moments and few names, so that most entries share theirs with others; a microsecond apart is apart.
ENTRIES = st.lists(
	st.builds(
		entry,
		st.sampled_from([0, 1, 1 + 1 / 60_000_000, 2, 3, 60 * 24 * 400]),
		st.sampled_from(["comment", "file", "stage"]),
		st.text("abAB1_", min_size=1, max_size=3),
	),
	unique_by=lambda one: (one.kind, one.name),
	max_size=40,
)


def database_order(name: str) -> tuple[str, str]:
	"""A database's own idea of how names sort, which is not Python's: letters first without their case."""
	return name.lower(), name.swapcase()


def in_order(entries: list[Entry]) -> list[Entry]:
	by_name = sorted(entries, key=lambda one: database_order(one.name), reverse=True)
	return sorted(by_name, key=lambda one: (datetime.max - one.at, one.kind))


def ask(entries: list[Entry], place: Place | None, batch: int) -> dict[str, Batch]:
	"""What the sources answer: each kind on its own, behind the place as `bound` tells it, so many at most."""
	found = {}
	for kind in {one.kind for one in entries}:
		own = [one for one in in_order(entries) if one.kind == kind and is_behind(one, place)]
		found[kind] = Batch(own[:batch], len(own) <= batch)
	return {kind: answer for kind, answer in found.items() if answer.entries}


def is_behind(one: Entry, place: Place | None) -> bool:
	code = bound(one.kind, place)
	if place is None or one.at != place.at:
		return place is None or one.at < place.at
	checks = {
		"at": lambda: True,
		"before": lambda: False,
		"behind": lambda: database_order(one.name) < database_order(place.name),
	}
	return checks[code]()


def all_pages(entries: list[Entry], hidden: frozenset[tuple[str, str]], limit: int, batch: int) -> list[Page]:
	pages: list[Page] = []
	place = None
	while True:
		pages.append(merge(ask(entries, place, batch), hidden, limit))
		place = pages[-1].next
		if place is None:
			return pages
		assert len(pages) <= 2 * len(entries) + 2, "the stream does not get on"


@given(ENTRIES, st.integers(1, 7), st.integers(1, 8), st.data())
def test_the_pages_together_are_the_sorted_whole(
	entries: list[Entry], limit: int, batch: int, data: st.DataObject
) -> None:
	hidden = data.draw(st.sets(st.sampled_from(entries)) if entries else st.just(set()))
	closed = frozenset((one.kind, one.name) for one in hidden)
	pages = all_pages(entries, closed, limit, batch)
	shown = [one for page in pages for one in page.entries]
	assert shown == [one for one in in_order(entries) if one not in hidden]
	assert all(len(page.entries) <= limit for page in pages)


@given(ENTRIES, st.integers(1, 8))
def test_without_hidden_entries_only_the_last_page_is_short(entries: list[Entry], limit: int) -> None:
	pages = all_pages(entries, NOTHING, limit, limit + 1)
	assert all(len(page.entries) == limit for page in pages[:-1])


def test_a_page_of_hidden_entries_is_not_the_end() -> None:
	entries = [entry(number, "file", f"f{number}") for number in range(20)]
	hidden = frozenset(("file", f"f{number}") for number in range(5, 20))
	page = merge(ask(entries, None, 6), hidden, 5)
	assert page.entries == ()
	assert page.next == entries[14].place


def test_a_kind_that_comes_earlier_in_the_alphabet_stands_first_at_the_same_moment() -> None:
	page = merge(
		{"stage": Batch([entry(0, "stage", "a")], True), "file": Batch([entry(0, "file", "z")], True)},
		NOTHING,
	)
	assert [one.kind for one in page.entries] == ["file", "stage"]
	assert page.next is None


def test_groups_cover_all_kinds_and_unknown_ones_are_refused() -> None:
	assert kinds_of([]) == frozenset(KINDS)
	assert kinds_of(["files", "comments"]) == {"file", "comment"}
	assert all(kinds_of([group]) for group in GROUPS)
	with pytest.raises(ValueError, match="unknown"):
		kinds_of(["files", "secrets"])


@pytest.mark.parametrize(
	("html", "text"),
	[
		(None, ""),
		("plain", "plain"),
		("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree"),
		("a &lt;b&gt; &amp; c", "a <b> & c"),
		("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
		("<script>alert(1)</script>Hello<style>p{}</style>", "Hello"),
		("Hello<!-- hidden -->", "Hello"),
		('cut <img src="data:image/png;base64,AAAA', "cut"),
		("cut <script>alert(1)", "cut"),
		("  many \n\n\t spaces ", "many\nspaces"),
	],
)
def test_a_preview_is_what_the_html_says(html: str | None, text: str) -> None:
	assert preview(html) == text


def test_a_long_preview_is_shortened() -> None:
	assert preview("word " * 100, 20) == "word word word word…"


@given(st.text(max_size=200))
def test_a_preview_has_no_tag_that_was_not_written_as_text(text: str) -> None:
	escaped = text.replace("&", "").replace("<", "")
	assert "<img" not in preview(f"<img src=x onerror=alert(1)>{escaped}<img src=y")
