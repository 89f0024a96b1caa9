from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules import outreach
from crm_plus.rules.outreach import APPROVED, DRAFT, FINAL, PENDING, REJECTED, WAITING, Person, placed

ADDRESSES = st.sampled_from(
	["", " ", "a@b.de", "A@B.de ", "c@d.de", "x", "a@b.de\nBcc: c@d.de", "a b@c.de", "a@b@c.de"]
)
PEOPLE = st.lists(st.tuples(ADDRESSES, st.booleans()), max_size=12).map(
	lambda rows: [Person(str(number), *row) for number, row in enumerate(rows)]
)
UNWANTED = st.sets(st.sampled_from(["a@b.de", "c@d.de"]))
STATES = st.sampled_from([None, "", DRAFT, PENDING, APPROVED, REJECTED, "Checked by the Lawyer"])
STATUSES = st.sampled_from([DRAFT, PENDING, APPROVED, REJECTED, *FINAL])


@given(PEOPLE, UNWANTED)
def test_everybody_has_a_place_and_each_address_one_mail(people: list[Person], unwanted: set[str]) -> None:
	places = placed(people, unwanted)
	assert [place.profile for place in places] == [person.profile for person in people]
	waiting = [place.address for place in places if place.status == WAITING]
	assert len(waiting) == len(set(waiting))
	assert set(waiting) <= {"a@b.de", "c@d.de"} - unwanted
	for person, place in zip(people, places, strict=True):
		assert bool(place.reason) == (place.status != WAITING)
		assert not (person.wants_none and place.status == WAITING)


@given(PEOPLE, UNWANTED)
def test_whoever_may_be_written_to_is(people: list[Person], unwanted: set[str]) -> None:
	wanted = {
		person.address.strip().lower()
		for person in people
		if not person.wants_none and person.address.strip().lower() in {"a@b.de", "c@d.de"} - unwanted
	}
	assert {place.address for place in placed(people, unwanted) if place.status == WAITING} == wanted


def test_why() -> None:
	assert outreach.why_skipped("", wants_none=True) == outreach.NO_ADDRESS
	assert outreach.why_skipped("nobody", wants_none=True) == outreach.INVALID
	assert outreach.why_skipped("a@b.de", wants_none=True) == outreach.OPTED_OUT
	assert outreach.why_skipped("a@b.de", wants_none=False) == ""
	assert outreach.why_skipped(f"{'a' * 140}@b.de", wants_none=False) == outreach.INVALID


@given(STATUSES, STATES, st.booleans())
def test_nothing_leaves_unapproved_where_a_manager_is_asked(
	status: str, state: str | None, covered: bool
) -> None:
	why = outreach.why_not_now(status, state, is_covered=covered)
	may_go = status not in FINAL and (state is None or (state == APPROVED and covered))
	assert (why == "") == may_go


@given(STATUSES, STATES)
def test_the_one_word(status: str, state: str | None) -> None:
	word = outreach.status_of(status, state)
	assert (word == status) if status in FINAL else (word in (DRAFT, PENDING, APPROVED, REJECTED))
	assert status in FINAL or (word == APPROVED) == (state == APPROVED)
	assert outreach.status_of(word, state) == word
