"""The engine's Store as dicts: with transactions, a clock that is given, and death at any call."""

import heapq
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm_plus.rules import deliveries as rules
from crm_plus.rules.deliveries import DUE_STATUSES, SENDING, Delivery, Standing
from crm_plus.rules.notices import STORED_CHANNELS, Preference
from crm_plus.rules.reminders import Entry, Occasion, first_time, is_worth_a_reminder
from crm_plus.workflows.reminder_engine import Change, Receiver
from simulation.people import MEETING, Cast, Plan


class Killed(BaseException):
	"""The worker's process is gone, like after SIGKILL: no handler of the engine may see it."""


@dataclass
class Row:
	"""A row of the ledger."""

	entry: Entry
	status: str
	send_after: datetime
	attempts: int = 0
	reason: str = ""
	handed_over: datetime | None = None


class MemoryStore:
	"""The site. `posted` holds what is stored with a transaction (bells, mails), `gateway` what has left over the network."""

	def __init__(self, cast: Cast, rng: random.Random, deadliness: float) -> None:
		self.cast, self.rng, self.deadliness = cast, rng, deadliness
		self.plans: dict[str, Plan] = {}
		self.remind_on: dict[str, datetime | None] = {}
		self.rows: dict[str, Row] = {}
		self.posted: list[tuple[int, Delivery]] = []
		self.gateway: list[tuple[int, Delivery]] = []
		self.tick = 0
		self.messages = 0
		self.deaths = 0
		self._looked_for: list[tuple[datetime, str]] = []
		self._due: list[tuple[datetime, str]] = []
		self._ready: dict[Receiver, set[str]] = defaultdict(set)
		self._sending: set[str] = set()
		self._undo: list[Callable[[], Any]] = []

	# What people do: each in a transaction of its own.

	def save(self, plan: Plan, now: datetime) -> None:
		"""Store a plan and when it has to be looked at, as the site's documents do when they are saved."""
		self.plans[plan.name] = plan
		due = self.cast.at(plan.due)
		first = first_time(self._occasion(plan, now), self.cast.preferences)
		wanted = plan.is_open and first is not None and is_worth_a_reminder(due, now)
		self._remind(plan.name, max(first, now) if wanted and first else None)

	def _occasion(self, plan: Plan, as_of: datetime) -> Occasion:
		told = tuple(self.cast.told(plan).items())
		return Occasion(plan.doctype, plan.name, str(plan.due), self.cast.at(plan.due), as_of, told)

	def _remind(self, name: str, when: datetime | None) -> None:
		self.remind_on[name] = when
		if when is not None:
			heapq.heappush(self._looked_for, (when, name))

	# The Store.

	def take_occasions(self, now: datetime, limit: int) -> list[Occasion]:
		self._step()
		found = []
		while self._looked_for and self._looked_for[0][0] <= now and len(found) < limit:
			when, name = heapq.heappop(self._looked_for)
			if self.remind_on[name] == when and name not in found:
				found.append(name)
				self._undo.append(lambda when=when, name=name: heapq.heappush(self._looked_for, (when, name)))
		return [self._occasion(self.plans[name], self.remind_on[name]) for name in found]

	def preferences(self, users: Sequence[str]) -> dict[str, Preference]:
		self._step()
		return {user: self.cast.preferences[user] for user in users}

	def enter(self, rows: Sequence[Entry]) -> None:
		for entry in rows:
			self._step()
			known = self.rows.get(entry.key)
			if known is None:
				self._undo.append(lambda key=entry.key: self.rows.pop(key))
				self.rows[entry.key] = Row(entry, rules.WAITING, entry.send_after)
				heapq.heappush(self._due, (entry.send_after, entry.key))
			elif known.status == rules.DROPPED:
				self._change(entry.key, status=rules.WAITING, send_after=entry.send_after)

	def tick_off(self, occasions: Sequence[Occasion]) -> None:
		for occasion in occasions:
			self._step()
			before = self.remind_on[occasion.name]
			self._undo.append(lambda name=occasion.name, when=before: self._remind(name, when))
			self.remind_on[occasion.name] = None

	def receivers(self, now: datetime, limit: int) -> list[Receiver]:
		self._step()
		while self._due and self._due[0][0] <= now:
			_when, key = heapq.heappop(self._due)
			if key in self.rows:
				entry = self.rows[key].entry
				self._ready[entry.user, entry.channel].add(key)
		return [receiver for receiver in list(self._ready) if self._ready_rows(receiver, now)][:limit]

	def _ready_rows(self, receiver: Receiver, now: datetime) -> list[str]:
		kept = {
			key for key in self._ready[receiver] if key in self.rows and self.rows[key].status in DUE_STATUSES
		}
		self._ready[receiver] = kept
		if not kept:
			del self._ready[receiver]
		return [key for key in kept if self.rows[key].send_after <= now]

	def take_due(self, receiver: Receiver, now: datetime) -> list[Delivery]:
		self._step()
		return [self._delivery(key) for key in self._ready_rows(receiver, now)]

	def _delivery(self, key: str) -> Delivery:
		row, entry = self.rows[key], self.rows[key].entry
		return Delivery(
			*(key, entry.event, entry.doctype, entry.name, entry.stamp, entry.user, entry.channel),
			*(entry.subject, row.attempts, row.send_after),
		)

	def standings(self, due: Sequence[Delivery]) -> dict[str, Standing]:
		self._step()
		return {delivery.id: self._standing(delivery) for delivery in due}

	def _standing(self, delivery: Delivery) -> Standing:
		plan = self.plans[delivery.name]
		told = self.cast.told(plan)
		holds = plan.is_open and str(plan.due) == delivery.stamp and told.get(delivery.user) == delivery.event
		over_at = self.cast.at(plan.due + plan.length) if plan.doctype == MEETING else None
		return Standing("" if holds else "gone", over_at)

	def settle(self, ids: Sequence[str], change: Change) -> None:
		for key in ids:
			self._step()
			if self.rows[key].status in change.expected:
				noted = {"attempts": change.attempts, "send_after": change.send_after}
				noted = {name: value for name, value in noted.items() if value is not None}
				handed_over = change.handed_over or self.rows[key].handed_over
				self._change(
					key, status=change.status, reason=change.reason, handed_over=handed_over, **noted
				)

	def _change(self, key: str, **values: Any) -> None:
		row = self.rows[key]
		before = {name: getattr(row, name) for name in values}
		self._undo.append(lambda: self._write(key, before))
		self._write(key, values)

	def _write(self, key: str, values: dict[str, Any]) -> None:
		row = self.rows[key]
		for name, value in values.items():
			setattr(row, name, value)
		(self._sending.add if row.status == SENDING else self._sending.discard)(key)
		heapq.heappush(self._due, (row.send_after, key))

	def send(self, receiver: Receiver, due: Sequence[Delivery]) -> None:
		self._step()
		self.messages += 1
		if receiver[1] in STORED_CHANNELS:
			length = len(self.posted)
			self._undo.append(lambda: self.posted.__delitem__(slice(length, None)))
			self.posted += [(self.tick, one) for one in due]
		else:
			self.gateway += [(self.tick, one) for one in due]
		self._step()

	def lost(self, now: datetime) -> list[str]:
		self._step()
		return [key for key in self._sending if rules.is_lost(self.rows[key].handed_over, now)]

	def commit(self) -> None:
		self._step()
		self._undo.clear()
		self._step()

	def rollback(self) -> None:
		while self._undo:
			self._undo.pop()()

	def note_failure(self, title: str) -> None:
		raise AssertionError(title)

	def _step(self) -> None:
		if self.deadliness and self.rng.random() < self.deadliness:
			self.deaths += 1
			raise Killed
