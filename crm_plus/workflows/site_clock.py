"""Between moments that know their zone and what the site stores: readings of its own clock, without a zone."""

from datetime import datetime, timezone
from typing import Any

from frappe.utils import get_datetime, get_system_timezone

from crm_plus.rules import zones


def now() -> datetime:
	"""Return this moment (UTC), in whole seconds."""
	return datetime.now(timezone.utc).replace(microsecond=0)


def stored(at: datetime) -> datetime:
	"""Return a moment as the site stores it; its fold tells the second of two hours that the clock shows alike."""
	return zones.reading(at, get_system_timezone())


def moment(value: Any, fold: int = 0) -> datetime:
	"""Return the moment (UTC) of a stored date and time."""
	return zones.moment(get_datetime(value).replace(tzinfo=None), get_system_timezone(), fold)
