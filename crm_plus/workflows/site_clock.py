"""The site's clock and those on people's walls.

What is stored are readings of the site's own clock, without a zone; rules reckon in moments that know their zone; people read
the clock of their own time zone.
"""

from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import frappe
from frappe.utils import get_datetime, get_system_timezone, now_datetime

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


def zone_of(user: str | None) -> str:
	"""Return the name of a user's time zone: the site's where the user has none, or one that nobody knows."""
	zone = frappe.get_cached_value("User", user, "time_zone") if user else None
	return zone if zone and _is_known(zone) else get_system_timezone()


def _is_known(zone: str) -> bool:
	try:
		ZoneInfo(zone)  # kept in memory once it was read
	except (ZoneInfoNotFoundError, ValueError):
		return False
	return True


def on_wall(value: datetime | str, user: str | None) -> datetime:
	"""Return what a user's clock shows when the site's shows `value`."""
	return zones.translated(get_datetime(value), get_system_timezone(), zone_of(user))


def on_site(wall: datetime, user: str | None) -> datetime:
	"""Return what the site's clock shows when a user's shows `wall`: what is to be stored."""
	return zones.translated(wall, zone_of(user), get_system_timezone())


def now_of(user: str | None) -> datetime:
	"""Return what a user's clock shows now, in whole seconds."""
	return on_wall(now_datetime().replace(microsecond=0), user)
