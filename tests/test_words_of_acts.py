"""One word for one act, on every button and title: a second word for the same looks like another thing."""

import re
from pathlib import Path

APP = Path(__file__).parents[1] / "crm_plus"
# A word that some programs use, and ours for the same act.
OURS = {
	"Finish": "Done",
	"Complete": "Done",
	"Postpone": "Snooze",
	"Remind Me Later": "Snooze",
	"Hand On": "Hand Over",
	"Give": "Hand Over",
	"Delegate": "Hand Over",
	"Reassign": "Hand Over",
	"Record a": "Log",
	"Add Interaction": "Log",
	"Schedule": "Plan",
	"E-mail It": "Mail",
}
LABEL = re.compile(r"""\b__\(\s*(["'`])(.+?)\1""")


def labels() -> list[tuple[str, str]]:
	"""Return (file, text) of each text that a script or a screen of ours shows."""
	found = []
	for path in sorted(APP.rglob("*")):
		if path.suffix not in (".js", ".vue") or "dist" in path.parts or "node_modules" in path.parts:
			continue
		texts = LABEL.findall(path.read_text())
		found += [(str(path.relative_to(APP)), text) for _quote, text in texts]
	return found


def second_words(texts: list[tuple[str, str]]) -> list[str]:
	"""Return what begins with a word for which we have another."""
	return [
		f"{file}: {text!r} should say {ours!r}"
		for file, text in texts
		for word, ours in OURS.items()
		if re.match(rf"{word}\b", text, re.IGNORECASE)
	]


def test_each_act_has_one_word() -> None:
	found = labels()
	assert ("public/js/my_day/DayItem.vue", "Snooze") in found
	assert second_words(found) == []


def test_a_second_word_is_found() -> None:
	assert second_words([("one.js", "Finish {0} follow-ups"), ("two.js", "Giver")]) == [
		"one.js: 'Finish {0} follow-ups' should say 'Done'"
	]
