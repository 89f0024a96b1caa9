"""Who should have been told of what, and at which tick: by looking at every minute on everybody's wall clock.

Shares nothing with the engine but the words of the preferences. For each message it says the tick at which it must have
come at the latest, and the earliest at which it may; they differ only where a plan was moved away and back again.
"""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crm_plus.rules.notices import IN_APP, Choice
from crm_plus.rules.quiet_hours import Hours
from simulation.people import MEETING, Cast, Plan

MARGIN = 12 * 1440
# A plan's name and due minute, the event, who was told, and how.
Message = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Version:
	"""A plan as it stood from one tick until another (not included)."""

	plan: Plan
	first: int
	end: int


class Reading(NamedTuple):
	"""What a wall clock shows: the minute of the day, the day, and whether it shows that for the first time."""

	minute: int
	weekday: int
	is_first: bool


def readings(cast: Cast, zone: str, length: int) -> list[Reading]:
	"""Return what the clocks of a zone show at every minute."""
	local = (cast.at(minute - MARGIN).astimezone(ZoneInfo(zone)) for minute in range(length + 2 * MARGIN))
	return [Reading(clock.hour * 60 + clock.minute, clock.weekday(), clock.fold == 0) for clock in local]


class Clockwork:
	"""Every minute of one person's wall clock: may they be disturbed, is it the digest's minute."""

	def __init__(self, clocks: list[Reading], hours: Hours) -> None:
		days = hours.working_days or range(7)
		sleeps = [self._sleeps(hours, minute) for minute in range(1440)]
		awake = [not sleeps[clock.minute] for clock in clocks]
		self.any_day = self._arrays(awake)
		self.at_work = self._arrays(
			[up and clock.weekday in days for up, clock in zip(awake, clocks, strict=True)]
		)
		digest_at = hours.digest_at.hour * 60 + hours.digest_at.minute
		digests = [
			minute
			for minute, clock in enumerate(clocks)
			if clock.minute == digest_at and clock.is_first and clock.weekday in days
		]
		self.digests = [self.at_work[1][minute] for minute in digests]

	@staticmethod
	def _sleeps(hours: Hours, minute: int) -> bool:
		if hours.quiet_from is None or hours.quiet_to is None:
			return False
		start, end = (clock.hour * 60 + clock.minute for clock in (hours.quiet_from, hours.quiet_to))
		return start <= minute < end if start < end else minute >= start or minute < end

	@staticmethod
	def _arrays(is_open: list[bool]) -> tuple[list[bool], list[int], list[int]]:
		"""Return for each minute: is it open, the next that is, the last that was."""
		after, before, known = [0] * len(is_open), [0] * len(is_open), len(is_open) - 1
		for minute in range(len(is_open) - 1, -1, -1):
			known = minute if is_open[minute] else known
			after[minute] = known
		known = 0
		for minute, opened in enumerate(is_open):
			known = minute if opened else known
			before[minute] = known
		return is_open, after, before

	def wanted_at(self, plan: Plan, choice: Choice, digest: bool, saved: int) -> int:
		"""Return the minute at which a message about a plan is to leave, had it been known of all along."""
		target = plan.due - choice.notice + MARGIN
		if plan.doctype == MEETING:
			_open, after, before = self.any_day
			return (after[target] if after[target] < plan.due + MARGIN else before[target]) - MARGIN
		index = bisect_left(self.digests, target + 1) - 1
		if digest and index >= 0 and self.digests[index] - MARGIN >= saved:
			return self.digests[index] - MARGIN
		return self.at_work[1][target] - MARGIN

	def is_open(self, minute: int, any_day: bool) -> bool:
		"""Tell whether the person may be disturbed."""
		return (self.any_day if any_day else self.at_work)[0][minute + MARGIN]


class Oracle:
	"""What should have happened to a cast."""

	def __init__(self, cast: Cast, days: int) -> None:
		self.cast = cast
		clocks = cache(lambda zone: readings(cast, zone, days * 1440))
		self.clockwork = cache(lambda hours: Clockwork(clocks(hours.zone), hours))
		# The latest minute that any tick until then has shown: the clock may have been put back since.
		self.latest = list(accumulate(cast.ticks, max))
		self.must: dict[Message, int] = {}
		self.may: dict[Message, int] = {}
		for versions in self._versions().values():
			self._judge(versions)

	def _versions(self) -> dict[str, list[Version]]:
		"""Return each plan's life, version by version."""
		end = len(self.cast.ticks)
		changes = defaultdict(list)
		for change in self.cast.changes:
			changes[change.name].append(change)
		lives = {}
		for tick, plan in self.cast.made:
			life = [Version(replace(plan), tick, end)]
			for change in changes[plan.name]:
				life[-1] = replace(life[-1], end=change.tick)
				changed = replace(life[-1].plan, **{change.field: change.value})
				life.append(Version(changed, change.tick, end))
			lives[plan.name] = life
		return lives

	def _judge(self, life: list[Version]) -> None:
		earliest: dict[Message, int] = {}
		for version in life:
			plan, saved = version.plan, self.cast.ticks[version.first]
			if not plan.is_open:
				continue
			for message, choice in self._messages(plan):
				worth = plan.due >= saved - 1440
				digest = choice.digest and message[4] != IN_APP
				clock = self.clockwork(self.cast.preferences[message[3]].hours)
				at = clock.wanted_at(plan, choice, digest, saved)
				if worth:
					earliest[message] = min(at, earliest.get(message, at))
					self._note(self.must, message, version, at)
				if message in earliest:
					self._note(self.may, message, version, earliest[message])

	def _messages(self, plan: Plan) -> list[tuple[Message, Choice]]:
		return [
			((plan.name, str(plan.due), code, user, channel), self.cast.preferences[user].choices[code])
			for user, code in self.cast.told(plan).items()
			for channel in self.cast.preferences[user].choices[code].channels
		]

	def _note(self, found: dict[Message, int], message: Message, version: Version, at: int) -> None:
		"""Note the first tick of a version at which the message is due and does not disturb, if it is not over then."""
		if message in found:
			return
		clock, plan = self.clockwork(self.cast.preferences[message[3]].hours), version.plan
		meeting = plan.doctype == MEETING
		nothing_before = bisect_left(self.latest, at)
		for tick in range(max(version.first, nothing_before), version.end):
			minute = self.cast.ticks[tick]
			if meeting and minute >= plan.due + plan.length and minute >= at:
				return
			if minute >= at and clock.is_open(minute, meeting):
				found[message] = tick
				return
