"""Name keys, near-same names, and when two records are one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_plus.rules.duplicates import (
	MAX_KEY_LENGTH,
	NEAR_SAME,
	Identity,
	belongs,
	name_key,
	near_same,
	reasons,
	same_phone,
)


@pytest.mark.parametrize(
	("one", "other"),
	[
		("ACME Ltd.", "Acme Limited"),
		("Müller & Co. KG", "muller und co"),
		("Foo S.A.", "FOO SA"),
		("G.m.b.H. Foo", "Foo GmbH"),
		("Foo d.o.o.", "Foo"),
		("Foo Sp. z o.o.", "Foo"),
		("Acme Pvt. Ltd.", "Acme Private Limited"),
		("Société Générale S.A.", "Societe Generale"),
		("Straße AG", "Strasse"),
		("Lovelace, Ada", "Ada Lovelace"),
		("O'Brien’s Inc", "OBriens"),
		("The A.B.C. Company", "ABC"),
		("Ørsted A/S Aps", "orsted a s"),
	],
)
def test_same_key(one: str, other: str) -> None:
	assert name_key(one) == name_key(other) != ""


@pytest.mark.parametrize(
	("one", "other"),
	[("North Trading", "South Trading"), ("Shop 12", "Shop 13"), ("Acme", "Acne")],
)
def test_different_names(one: str, other: str) -> None:
	assert not near_same(name_key(one), name_key(other))


def test_a_person_keeps_every_word() -> None:
	assert name_key("Sal Co", of_person=True) == "co sal"
	assert name_key("Sal Co") == "co sal", "a name of nothing but legal forms keeps them"
	assert name_key("Sal Paradise", of_person=True) == "paradise sal"


def test_other_scripts_keep_their_marks() -> None:
	assert name_key("नमस्ते") == "नमस्ते"
	assert name_key("株式会社") == "株式会社"
	assert name_key("😀") == ""


@example("𝐀")
@given(st.text(max_size=300))
def test_a_key_is_stable(name: str) -> None:
	key = name_key(name, of_person=True)
	assert name_key(key, of_person=True) == key or len(key) >= MAX_KEY_LENGTH - 1
	assert len(key) <= MAX_KEY_LENGTH


@given(st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta"]), min_size=1, max_size=4))
def test_word_order_and_case_do_not_matter(words: list[str]) -> None:
	assert name_key(" ".join(words)) == name_key(", ".join(reversed(words)).upper())


def test_the_threshold() -> None:
	assert near_same("mueller bau", "muller bau")
	assert near_same("john smith", "jon smith")
	assert not near_same("", "")
	assert 0.85 < NEAR_SAME < 0.95


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_near_same_is_mutual_for_equal_keys(one: str, other: str) -> None:
	assert near_same(one, one)
	if one == other:
		assert near_same(one, other)


def test_phones() -> None:
	assert same_phone("+919876543210", "+919876543210")
	assert same_phone("+919876543210", "+499876543210"), "a country guessed wrong"
	assert not same_phone("+4930901820", "+4940901820"), "two cities"
	assert not same_phone("", "")


def test_reasons() -> None:
	mine = Identity("acme", "a@example.com", "+4930901820", "North")
	assert reasons(mine, mine) == ("email", "phone", "name")
	assert reasons(mine, Identity("acme", territory="South")) == ()
	assert reasons(mine, Identity("acme")) == ("name",)
	assert reasons(mine, Identity("other", "a@example.com")) == ("email",)
	assert reasons(Identity(), Identity()) == ()


def test_what_belongs_without_asking() -> None:
	mine = Identity("acme", "a@example.com", "+4930901820")
	assert belongs(mine, Identity("acme", "a@example.com"), name_is_enough=False)
	assert belongs(mine, Identity("acme", "", "+4930901820"), name_is_enough=False)
	assert not belongs(mine, Identity("acme"), name_is_enough=False)
	assert belongs(mine, Identity("acme"), name_is_enough=True)
	assert not belongs(mine, Identity("acme", "b@example.com"), name_is_enough=True)
	assert not belongs(mine, Identity("acme", "", "+4940111111"), name_is_enough=True)
	assert not belongs(mine, Identity("acne", "a@example.com"), name_is_enough=True)
	assert not belongs(Identity(), Identity(), name_is_enough=True)
