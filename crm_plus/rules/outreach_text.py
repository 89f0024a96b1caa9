"""Subject and message of an outreach: a few names in double braces that stand for the receiver's own values, and nothing else.

`{{ full_name }}` is the value, `{{ job_title or "friend" }}` the value or, where there is none, the words given. It reads
like Jinja, but nothing is run: what is no such name stays out, so that no text reaches into the site.
"""

import html
import re
from collections.abc import Mapping

BLANK = r"(?:\s|&nbsp;)*"
QUOTE = r"(?:\"|'|&quot;|&#34;|&#39;)"
PLACE = re.compile(
	rf"\{{\{{{BLANK}(?P<name>\w+){BLANK}"
	rf"(?:or\b{BLANK}{QUOTE}(?P<instead>[^{{}}\"'&]*){QUOTE}{BLANK})?\}}\}}"
)
# What only Jinja would read.
FOREIGN = re.compile(r"\{\{.{0,40}|\{%.{0,40}", re.DOTALL)


def first_fault(text: str, names: Mapping[str, str]) -> str:
	"""Return the first piece in braces that stands for nothing in `names`, "" where there is none."""
	rest = PLACE.sub(lambda found: "" if found["name"] in names else found[0], text)
	fault = FOREIGN.search(rest)
	return html.unescape(fault[0]).strip() if fault else ""


def filled_html(text: str, values: Mapping[str, str]) -> str:
	"""Return a message (HTML) with a receiver's values in it; they are text, whatever they look like."""
	return PLACE.sub(lambda found: html.escape(_value(found, values)), text)


def filled_line(text: str, values: Mapping[str, str]) -> str:
	"""Return a subject with a receiver's values in it, on one line."""
	return " ".join(PLACE.sub(lambda found: _value(found, values), text).split())


def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
	return values.get(found["name"]) or found["instead"] or ""
