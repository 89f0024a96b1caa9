"""The clock as tests need it: one that stands still while a thing is asked twice, and days that do not end in the middle."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch

from frappe.utils import getdate, now_datetime, nowdate, today

# Longer than any test that reckons with days and looks at no page.
LAST_SECONDS = 60


def begin_in_one_day(seconds: float = LAST_SECONDS) -> None:
	"""Wait for the next day where this one ends in so many seconds: a test sees one day. The time is the site's."""
	day = now_datetime().date()
	midnight = datetime.combine(day + timedelta(days=1), datetime.min.time())
	if (midnight - now_datetime()).total_seconds() > seconds:
		return
	while now_datetime().date() == day:
		time.sleep(0.5)


@contextmanager
def stopped_clock() -> Iterator[datetime]:
	"""Let our code and its tests see one moment inside the block, which it gives: what is asked twice is asked then.

	What Frappe itself stamps on records goes on.
	"""
	now = now_datetime()
	stopped = {
		"now_datetime": lambda: now,
		"getdate": _at_rest(getdate, now.date()),
		"nowdate": _at_rest(nowdate, str(now.date())),
		"today": _at_rest(today, str(now.date())),
	}
	with ExitStack() as stack:
		for module in _ours():
			for name, function in stopped.items():
				if getattr(module, name, None) in ORIGINALS:
					stack.enter_context(patch.object(module, name, function))
		yield now


ORIGINALS = (now_datetime, getdate, nowdate, today)


def _at_rest(function: Callable[..., Any], day: date | str) -> Callable[..., Any]:
	"""Return a function that answers with a day where nothing is asked of it, and as ever where something is."""
	return lambda *args, **kwargs: function(*args, **kwargs) if args or kwargs else day


def _ours() -> list[Any]:
	"""Return the modules of the app and its tests, but for this one."""
	return [
		module
		for name, module in list(sys.modules.items())
		if name.startswith("crm_plus.") and name != __name__ and module
	]
