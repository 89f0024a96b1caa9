"""Spellings of e-mail addresses and phone numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.contact_points import (
	bare_name,
	digits,
	e164,
	normal_email,
	phone_fragment,
	reversed_digits,
	tail,
)


@pytest.mark.parametrize(
	("text", "expected"),
	[
		(" Ada@Example.COM ", "ada@example.com"),
		("Ada Lovelace <ada@example.com>", "ada@example.com"),
		("no address", ""),
		("@example.com", ""),
		("", ""),
		(None, ""),
	],
)
def test_email(text: str | None, expected: str) -> None:
	assert normal_email(text) == expected


@pytest.mark.parametrize(
	("text", "expected"),
	[
		(" Ada Lovelace ", "Ada Lovelace"),
		("R2D2", "R2D2"),
		("ada@example.com", ""),
		("Ada <ada@example.com>", ""),
		("+49 (1511) 212-1212", ""),
		("٠١٢", ""),
		("-", "-"),
		("", ""),
		(None, ""),
	],
)
def test_a_name_is_not_how_somebody_is_reached(text: str | None, expected: str) -> None:
	assert bare_name(text) == expected


@pytest.mark.parametrize(
	("text", "country", "expected"),
	[
		("+91 98765-43210", "", "+919876543210"),
		("09876543210", "in", "+919876543210"),
		("98765 43210", "IN", "+919876543210"),
		("(030) 901820", "DE", "+4930901820"),
		("+49 (0)30 901820", "DE", "+4930901820"),
		("0049 30 901820", "DE", "+4930901820"),
		("+44 20 7946 0958 ext. 12", "DE", "+442079460958"),
		("901820", "", ""),
		("call me", "DE", ""),
		("123456789012345678901", "DE", ""),
		("", "DE", ""),
		(None, None, ""),
	],
)
def test_e164(text: str | None, country: str | None, expected: str) -> None:
	assert e164(text, country) == expected


@pytest.mark.parametrize("country", ["", "XX", "Germany"])
def test_an_unknown_country_is_no_country(country: str) -> None:
	assert e164("030 901820", country) == ""
	assert e164("+49 30 901820", country) == "+4930901820"


@given(st.text(max_size=40), st.sampled_from(["DE", "IN", "US", "", "??"]))
def test_e164_of_anything_is_a_number_or_nothing(text: str, country: str) -> None:
	number = e164(text, country)
	assert number == "" or (number[0] == "+" and number[1:].isdigit() and e164(number, "US") == number)


def test_digits_of_other_scripts() -> None:
	assert digits("٠١٢ ३४५ x6") == "0123456"
	assert reversed_digits("+49 30") == "0394"


def test_the_tail_tells_only_where_there_is_enough_of_it() -> None:
	assert tail("+919876543210") == tail("+499876543210") == "876543210"
	assert tail("12345678") == ""


@pytest.mark.parametrize(
	("text", "expected"),
	[
		("98765 43210", "9876543210"),
		("(030) 1234", "301234"),
		("+49 (0)30 12", "493012"),
		("0049 30", "4930"),
		("12", ""),
		("007", ""),
		("Studio 54", ""),
		("2nd Avenue 1234", ""),
		("", ""),
	],
)
def test_fragment(text: str, expected: str) -> None:
	assert phone_fragment(text) == expected


@given(st.integers(min_value=2_000_000, max_value=9_999_999))
def test_every_end_of_a_number_begins_its_reversed_form(number: int) -> None:
	stored = reversed_digits(f"+4930{number}")
	for length in range(3, 8):
		typed = str(number)[-length:]
		if not typed.startswith("0"):
			assert stored.startswith(phone_fragment(typed)[::-1])
