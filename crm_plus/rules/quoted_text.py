"""How a message or a search pattern takes what somebody typed, or what stands in an address that somebody was sent."""

import html

LONGEST = 80


def quoted(text: object) -> str:
	"""Return a text as a message may show it: short, on one line, and with no HTML of its own."""
	words = " ".join(str(text or "").replace("\0", " ").split())
	return html.escape(words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…")


def escape_like(text: str) -> str:
	"""Return a text whose wildcards mean themselves in LIKE."""
	return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
