"""What a user's clock shows. Times are stored in the site's time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import frappe
from frappe.utils import get_datetime, get_system_timezone, now_datetime

from crm_plus.rules import wall_clock


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


def on_wall(moment: datetime | str, user: str | None) -> datetime:
	"""Return what a user's clock shows at a moment of the site's clock."""
	return wall_clock.on_wall(get_datetime(moment), get_system_timezone(), zone_of(user))


def on_site(moment: datetime, user: str | None) -> datetime:
	"""Return the site's time of what a user's clock shows."""
	return wall_clock.on_site(moment, get_system_timezone(), zone_of(user))


def now_of(user: str | None) -> datetime:
	"""Return what a user's clock shows now, in whole seconds."""
	return on_wall(now_datetime().replace(microsecond=0), user)
