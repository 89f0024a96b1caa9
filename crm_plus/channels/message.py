"""What a channel is given to deliver."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
	"""One thing to know: a sentence (HTML, escaped), the document that it is about, and that document's address."""

	text: str
	doctype: str
	name: str
	url: str


@dataclass(frozen=True)
class Message:
	"""One or more things to know, under one title (HTML, escaped)."""

	title: str
	lines: Sequence[Line]
