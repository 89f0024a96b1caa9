"""Whose a message is."""

from datetime import datetime, timedelta

import pytest

from crm_plus.rules import capture as rules
from crm_plus.rules.capture import Findings, Match, Person, Source, Thread

NOW = datetime(2026, 5, 4, 12, 0)
ANN = Person("ann@a.example", "Ann", rules.SENDER)
BOB = Person("bob@b.example", "Bob", rules.RECIPIENT)
US = Person("sales@ours.example", "", rules.RECIPIENT)


def mail(*people: Person, **values: object) -> Source:
	return Source("Communication", "C1", "Email", NOW, people=people, is_message=True, **values)  # type: ignore[arg-type]


def test_nobody_known_is_no_place() -> None:
	assert rules.place(mail(ANN, US), Findings()) is None


def test_the_thread_decides_before_the_addresses() -> None:
	found = Findings(Thread("D1", ("A",), "Quotation:Q1"), {BOB.address: [Match("B", "bob")]})
	placed = rules.place(mail(BOB), found)
	assert placed is not None
	assert (placed.customer_profile, placed.deal, placed.said_by) == ("A", "D1", "Quotation:Q1")
	assert {row.customer_profile for row in placed.participants} == {"A", "B"}


def test_the_sender_is_the_main_customer() -> None:
	found = Findings(by_address={BOB.address: [Match("B")], ANN.address: [Match("A", "ann")]})
	placed = rules.place(mail(BOB, ANN), found)
	assert placed is not None
	assert (placed.customer_profile, placed.contact) == ("A", "ann")
	assert [row.customer_profile for row in placed.participants] == ["A", "B"]


def test_a_person_says_more_than_his_organization() -> None:
	found = Findings(by_address={ANN.address: [Match("Org"), Match("Ann", "ann", is_person=True)]})
	placed = rules.place(mail(ANN), found)
	assert placed is not None and placed.customer_profile == "Ann"


@pytest.mark.parametrize(("deals", "expected"), [((), ""), (("D1",), "D1"), (("D1", "D2"), "")])
def test_one_open_deal_takes_it_several_are_not_guessed(deals: tuple[str, ...], expected: str) -> None:
	found = Findings(by_address={ANN.address: [Match("A")]}, open_deals={"A": deals})
	placed = rules.place(mail(ANN), found)
	assert placed is not None and placed.deal == expected


def test_a_link_names_who_took_part() -> None:
	placed = rules.place(mail(), Findings(linked=[Match("A", "ann"), Match("B")]))
	assert placed is not None
	assert [row.customer_profile for row in placed.participants] == ["A", "B"]


@pytest.mark.parametrize(
	("said", "expected"),
	[
		(None, NOW),
		(NOW - timedelta(days=900), NOW - timedelta(days=900)),
		(NOW + timedelta(hours=23), NOW + timedelta(hours=23)),
		(datetime(2999, 1, 1), NOW),
		(datetime(1900, 1, 1), NOW),
	],
)
def test_a_mail_cannot_be_of_tomorrow_or_from_before_mail(said: datetime | None, expected: datetime) -> None:
	assert rules.happened_on(said, NOW) == expected


@pytest.mark.parametrize(
	("source", "reason"),
	[
		(mail(ANN, US), rules.STRANGER),
		(mail(Person("mailer-daemon@x.example", "", rules.SENDER), US), rules.AUTOMATIC),
		(mail(Person("no-reply@x.example", "", rules.SENDER)), rules.AUTOMATIC),
		(mail(ANN, records=(("Purchase Order", "PO-1"),)), rules.ELSEWHERE),
		(mail(US), rules.ELSEWHERE),
		(mail(ANN, set_aside=rules.SPAM), rules.SPAM),
	],
)
def test_why_a_message_waits_or_not(source: Source, reason: str) -> None:
	assert rules.why_unmatched(source, [US.address]) == reason


def test_the_other_side() -> None:
	assert rules.other_side(mail(US, ANN), [US.address]) == ANN
	assert rules.other_side(mail(BOB, US), [US.address]) == BOB
	assert rules.other_side(mail(US), [US.address]) == Person()


@pytest.mark.parametrize(
	("person", "name"),
	[
		(Person("ann@a.example", "Ann Lee"), "Ann Lee"),
		(Person("ann.lee@a.example", "ann.lee@a.example"), "Ann Lee"),
		(Person("ann_lee+shop@a.example"), "Ann Lee"),
		(Person("@"), "@"),
	],
)
def test_a_name_for_an_address(person: Person, name: str) -> None:
	assert rules.name_from(person) == name
