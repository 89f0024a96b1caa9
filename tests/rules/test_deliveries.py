"""What becomes of a row of the ledger."""

from datetime import datetime, time, timedelta

import pytest

from crm_plus.rules import deliveries as rules
from crm_plus.rules.deliveries import DROP, SEND, WAIT, Delivery, Standing
from crm_plus.rules.notices import EMAIL, IN_APP, Choice, Preference
from crm_plus.rules.quiet_hours import Hours
from crm_plus.rules.zones import UTC

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIKES_BELLS = Preference(
	"a", Hours("UTC", time(20), time(8)), choices={"deal_won": Choice(frozenset({IN_APP}))}
)


def delivery(channel: str = IN_APP, send_after: datetime = NOW) -> Delivery:
	return Delivery("1", "deal_won", "Deal", "D", "", "a", channel, "", 0, send_after)


@pytest.mark.parametrize(
	("row", "standing", "preference", "now", "what", "reason"),
	[
		(delivery(), Standing(), LIKES_BELLS, NOW, SEND, ""),
		(delivery(), Standing(), None, NOW, DROP, "no user"),
		(delivery(), Standing("gone"), LIKES_BELLS, NOW, DROP, "gone"),
		(delivery(), Standing(over_at=NOW), LIKES_BELLS, NOW, DROP, "over"),
		(delivery(), Standing(over_at=NOW + HOUR), LIKES_BELLS, NOW, SEND, ""),
		(delivery(EMAIL), Standing(), LIKES_BELLS, NOW, DROP, "not wanted"),
		(delivery(), Standing(), LIKES_BELLS, NOW + 9 * HOUR, WAIT, ""),
		# The first of two hours that the site's clock shows alike: the row means the second.
		(delivery(send_after=NOW + HOUR), Standing(), LIKES_BELLS, NOW, WAIT, ""),
	],
)
def test_verdicts(row, standing, preference, now, what: str, reason: str) -> None:
	found = rules.verdict(row, standing, preference, now)
	assert (found.what, found.reason) == (what, reason)
	assert found.until is None or found.until > now


def test_pauses_grow_and_end() -> None:
	pauses = [rules.after_failure(attempts, NOW)[1] - NOW for attempts in range(1, 6)]
	assert pauses == sorted(set(pauses))
	assert {rules.after_failure(attempts, NOW)[0] for attempts in range(1, 6)} == {rules.FAILED}
	assert rules.after_failure(6, NOW)[0] == rules.SET_ASIDE


def test_a_worker_that_is_gone_is_known_by_its_silence() -> None:
	assert not rules.is_lost(NOW, NOW + timedelta(minutes=5))
	assert rules.is_lost(NOW, NOW + HOUR)
	assert rules.is_lost(NOW, NOW - HOUR)  # the clock was set back


def test_what_came_due_first_is_told_first() -> None:
	early, late = delivery(send_after=NOW - HOUR), delivery()
	assert rules.in_order([late, early]) == [early, late]
