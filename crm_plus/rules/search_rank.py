"""How well a found text answers what was typed."""

from crm_plus.rules.contact_points import digits
from crm_plus.rules.duplicates import words_of

EXACT, BEGINS, WORD_BEGINS, CONTAINS, OTHER = 0, 1, 2, 3, 4


def rank(typed: str, phone_digits: str, texts: list[str], phones: list[str]) -> int:
	"""Return 0 for the best answer up to 4: equal, begins with, a word begins with, contains, found another way.

	`phone_digits` is the fragment of a phone number in what was typed, "" where it is none.
	"""
	ranks = [rank_text(" ".join(words_of(typed)), " ".join(words_of(text))) for text in texts if text]
	if phone_digits:
		ranks += [rank_phone(phone_digits, digits(phone)) for phone in phones if phone]
	return min(ranks, default=OTHER)


def rank_text(typed: str, text: str) -> int:
	"""Return how a text answers; both come in lower case without accents."""
	if not typed or typed not in text:
		return OTHER
	if text == typed:
		return EXACT
	if text.startswith(typed):
		return BEGINS
	return WORD_BEGINS if f" {typed}" in text else CONTAINS


def rank_phone(typed: str, number: str) -> int:
	"""Return how a number answers; a subscriber's number is told by its end."""
	if typed not in number:
		return OTHER
	if number == typed:
		return EXACT
	return BEGINS if number.endswith(typed) or number.startswith(typed) else CONTAINS
