"""Ways of repeating, and when a series begins."""

from datetime import datetime

from hypothesis import strategies as st

from crm_plus.rules.recurrence_patterns import (
	BY_DATE,
	BY_WEEKDAY,
	DAILY,
	WEEKDAYS,
	WEEKLY,
	YEARLY,
	Pattern,
)

beginnings = st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 31)).map(
	lambda one: one.replace(microsecond=0)
)
patterns = st.builds(
	Pattern,
	kind=st.sampled_from((DAILY, WEEKDAYS, WEEKLY, BY_DATE, BY_WEEKDAY, YEARLY)),
	every=st.integers(1, 5),
	weekdays=st.sets(st.integers(0, 6)).map(lambda days: tuple(sorted(days))),
	week=st.sampled_from((1, 2, 3, 4, -1)),
	weekday=st.integers(0, 6),
)
