"""The one stream of a customer or a deal: how its kinds of entries become one order, page by page.

Newest first; at the same moment by kind, and within a kind as its own source orders. Nothing here compares two names: how
a database sorts them is its own affair, and each source continues behind the last name that it gave.
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

PAGE_LENGTH = 30
# What the reader can narrow the stream to, in the order in which it is offered, and the kinds that this means.
GROUPS: dict[str, tuple[str, ...]] = {
	"interactions": ("interaction", "message", "outreach"),
	"follow_ups": ("follow_up",),
	"stages": ("stage",),
	"comments": ("comment",),
	"files": ("file",),
	"tickets": ("ticket", "interaction"),
	"quotations": ("quotation",),
	"orders": ("order",),
	"deliveries": ("delivery",),
	"invoices": ("invoice",),
	"payments": ("payment", "journal"),
}
KINDS = tuple(sorted({kind for kinds in GROUPS.values() for kind in kinds}))
LONGEST_PREVIEW = 280
BREAKS = re.compile(r"<(?:br|/p|/div|/li|/tr|/h\d)\b[^>]*>", re.IGNORECASE)
UNSEEN = re.compile(r"<(style|script|head|title)\b.*?(?:</\1\s*>|$)|<!--.*?(?:-->|$)", re.I | re.S)
# The text may have been cut in the middle of a tag.
TAG = re.compile(r"</?[a-zA-Z][^>]*(?:>|$)|<[!?][^>]*(?:>|$)")


@dataclass(frozen=True)
class Place:
	"""Where a page ended: the moment, the kind and the name of its last entry."""

	at: datetime
	kind: str
	name: str


@dataclass(frozen=True)
class Entry:
	"""One thing in the stream; `values` is what is shown of it."""

	at: datetime
	kind: str
	name: str
	values: Any = None

	@property
	def place(self) -> Place:
		"""Where this entry stands."""
		return Place(self.at, self.kind, self.name)


@dataclass(frozen=True)
class Batch:
	"""What a source gave behind a place, in its own order; whether that was all it has."""

	entries: Sequence[Entry]
	is_all: bool


@dataclass(frozen=True)
class Page:
	"""The entries of a page, and the place behind which the next one begins (None: the stream ends here)."""

	entries: tuple[Entry, ...]
	next: Place | None


def bound(kind: str, place: Place | None) -> str:
	"""Return how a kind goes on behind a place: "" from its top, "at" with that moment, "before" it, "behind" the name."""
	if place is None:
		return ""
	if kind == place.kind:
		return "behind"
	return "at" if kind > place.kind else "before"


def merge(batches: Mapping[str, Batch], hidden: frozenset[tuple[str, str]], limit: int = PAGE_LENGTH) -> Page:
	"""Return the first `limit` entries of what all kinds gave, without the (kind, name) that the reader may not see.

	Behind the last entry of a kind that has more, nothing is known of it: no page goes further. So a page may be short,
	even empty, and not be the last; its `next` says so, and it always lies behind the place that was asked for.
	"""
	known = [entry for batch in batches.values() for entry in batch.entries]
	known.sort(key=_position)
	ends = [_position(batch.entries[-1]) for batch in batches.values() if not batch.is_all]
	end = min(ends, default=None)
	within = [entry for entry in known if end is None or _position(entry) <= end]
	shown = [entry for entry in within if (entry.kind, entry.name) not in hidden]
	if len(shown) > limit:
		return Page(tuple(shown[:limit]), shown[limit - 1].place)
	return Page(tuple(shown), None if end is None else within[-1].place)


def _position(entry: Entry) -> tuple[timedelta, str]:
	"""Where an entry stands among those of other kinds; sorting keeps a kind's own order."""
	return datetime.max - entry.at, entry.kind


def kinds_of(groups: Sequence[str]) -> frozenset[str]:
	"""Return the kinds of some groups, all for none. Raises ValueError for a group that there is not."""
	if unknown := set(groups) - set(GROUPS):
		raise ValueError(f"unknown groups {sorted(unknown)}")
	return frozenset(kind for group in groups or GROUPS for kind in GROUPS[group])


def preview(text: str | None, longest: int = LONGEST_PREVIEW) -> str:
	"""Return what HTML, possibly cut off in the middle, says in plain words, shortened."""
	plain = TAG.sub(" ", BREAKS.sub("\n", UNSEEN.sub(" ", text or "")))
	lines = (" ".join(line.split()) for line in html.unescape(plain).split("\n"))
	words = "\n".join(line for line in lines if line)
	return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"
