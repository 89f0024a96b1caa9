"""The same moment on two clocks: the site's, in which times are stored, and that on a person's wall."""

from datetime import datetime, timezone
from zoneinfo import ZoneInfo


def on_wall(moment: datetime, site: str, person: str) -> datetime:
	"""Return what a person's clock shows at a moment of the site's clock; both without a time zone."""
	return _move(moment, site, person)


def on_site(moment: datetime, site: str, person: str) -> datetime:
	"""Return what the site's clock shows at a moment of a person's clock.

	A time that daylight saving leaves out counts as if the clock had not been changed yet; of a doubled one, the first.
	"""
	return _move(moment, person, site)


def _move(moment: datetime, from_zone: str, to_zone: str) -> datetime:
	if from_zone == to_zone:
		return moment
	utc = moment.replace(tzinfo=ZoneInfo(from_zone), fold=0).astimezone(timezone.utc)
	return utc.astimezone(ZoneInfo(to_zone)).replace(tzinfo=None, fold=0)
