"""How people write e-mail addresses and phone numbers, brought to one form in which they can be compared and found."""

import re

import phonenumbers

EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
# "(0)" stands inside an international number for the zero that is dialled only from within the country.
TRUNK_ZERO = re.compile(r"(?<=\d)\s*\(0\)\s*")
# This many digits from the end are the same subscriber, whatever country or trunk prefix stands before them.
TAIL_DIGITS = 9
# A fragment of fewer digits fits too many numbers to be worth a search.
MIN_FRAGMENT_DIGITS = 3


def normal_email(text: str | None) -> str:
	"""Return the address in lower case without its display name, or "" where there is none."""
	found = EMAIL.search(text or "")
	return found.group().strip("\"'.").lower() if found else ""


def bare_name(text: str | None) -> str:
	"""Return what somebody is called, "" where the text is how he is reached: mail programs put an address where a name is missing."""
	name = (text or "").strip()
	is_number = any(map(str.isdecimal, name)) and not any(map(str.isalpha, name))
	return "" if is_number or EMAIL.search(name) else name


def digits(text: str | None) -> str:
	"""Return the digits of a text, those of other scripts (Arabic, Devanagari …) as 0 to 9."""
	return "".join(str(int(char)) for char in text or "" if char.isdecimal())


def e164(text: str | None, country: str | None) -> str:
	"""Return a phone number as +<country><number>, or "" where the text cannot be one.

	`country` is the ISO code of two letters for numbers without an international prefix. An extension is left out.
	"""
	written = TRUNK_ZERO.sub(" ", (text or "").strip())
	try:
		number = phonenumbers.parse(written, (country or "").upper() or None)
	except phonenumbers.NumberParseException:
		return ""
	if not phonenumbers.is_possible_number(number):
		return ""
	return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def reversed_digits(number: str | None) -> str:
	"""Return the digits back to front: what a number ends with becomes a prefix, which an index can find."""
	return digits(number)[::-1]


def tail(number: str | None) -> str:
	"""Return the last digits, by which two spellings of one number agree; "" where it has too few to tell."""
	found = digits(number)
	return found[-TAIL_DIGITS:] if len(found) >= TAIL_DIGITS else ""


def phone_fragment(text: str | None) -> str:
	"""Return the digits to search for in a typed text, or "" where it does not look like a piece of a phone number.

	Leading zeros go: they are the trunk or international prefix, which a stored number does not have.
	"""
	if not re.fullmatch(r"[\d\s()+./-]+", (text or "").strip()):
		return ""
	found = digits(TRUNK_ZERO.sub(" ", text or "")).lstrip("0")
	return found if len(found) >= MIN_FRAGMENT_DIGITS else ""
