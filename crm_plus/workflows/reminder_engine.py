"""The engine of reminders: what is due is entered in the ledger, and what stands there leaves, each exactly once.

Needs no Frappe: it works on a Store, which is the site's database (`ledger.SiteStore`) or, in the simulation, a dict.
It may be killed anywhere. Whatever it does lies in transactions, each of which leaves the ledger such that the next
worker goes on where this one stopped; two workers are kept apart by the Store's locks and by the ledger's unique key.

A stored channel's message (bell, e-mail queue) is committed together with the note that it was sent. A message over the
network cannot be: its row says so before it leaves (`Sending`), and where no worker comes back to it, it becomes
`Unknown`, which an administrator sees and may send again. So such a message is sent at most once by itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from crm_plus.channels.outcome import NotDelivered, NotWanted, Unclear
from crm_plus.rules import deliveries as rules
from crm_plus.rules.deliveries import DROP, DROPPED, SEND, SENDING, SENT, UNKNOWN, WAITING, Delivery, Standing
from crm_plus.rules.notices import STORED_CHANNELS, Preference
from crm_plus.rules.reminders import Entry, Occasion, entries

OCCASIONS_AT_ONCE = 500
RECEIVERS_AT_ONCE = 1000
Receiver = tuple[str, str]


@dataclass(frozen=True)
class Change:
	"""What becomes of rows: the new status where the old one is among `expected`, and what else is noted.

	`handed_over` is when a message was given to the network; `attempts` counts the tries so far, None: as before.
	"""

	status: str
	expected: tuple[str, ...] = rules.DUE_STATUSES
	reason: str = ""
	send_after: datetime | None = None
	attempts: int | None = None
	handed_over: datetime | None = None
	sent: datetime | None = None


class Store(Protocol):
	"""Where occasions and the ledger are kept. Everything between two ends of a transaction happens or does not."""

	def take_occasions(self, now: datetime, limit: int) -> Sequence[Occasion]:
		"""Lock occasions whose time to be looked at has come, and that nobody else is looking at."""

	def preferences(self, users: Sequence[str]) -> dict[str, Preference]:
		"""Return how users want to hear of things; those who are gone or disabled are left out."""

	def enter(self, rows: Sequence[Entry]) -> None:
		"""Add rows to the ledger; one whose key stands there already is left as it is."""

	def tick_off(self, occasions: Sequence[Occasion]) -> None:
		"""Note that occasions have been looked at."""

	def receivers(self, now: datetime, limit: int) -> Sequence[Receiver]:
		"""Return pairs of user and channel with rows that are due, the longest waiting first."""

	def take_due(self, receiver: Receiver, now: datetime) -> list[Delivery]:
		"""Lock the rows of a receiver that are due and that nobody else holds."""

	def standings(self, due: Sequence[Delivery]) -> dict[str, Standing]:
		"""Return what is true by now of each delivery's occasion, by the delivery's id."""

	def settle(self, ids: Sequence[str], change: Change) -> None:
		"""Write what became of those of the rows whose status is still one of `change.expected`."""

	def send(self, receiver: Receiver, due: Sequence[Delivery]) -> None:
		"""Put one message of these deliveries on its way. Raises what channels.outcome names, or anything."""

	def lost(self, now: datetime) -> Sequence[str]:
		"""Lock the rows that were handed to a network channel by a worker that is gone."""

	def commit(self) -> None:
		"""End the transaction."""

	def rollback(self) -> None:
		"""Undo the transaction."""

	def note_failure(self, title: str) -> None:
		"""Keep the failure that is being handled where an administrator finds it."""


def enter_what_is_due(store: Store, now: datetime) -> int:
	"""Enter every occasion that is due in the ledger, batch by batch; returns how many there were."""
	seen = 0
	while True:
		taken = store.take_occasions(now, OCCASIONS_AT_ONCE)
		if taken:
			users = sorted({user for occasion in taken for user, _code in occasion.told})
			known = store.preferences(users)
			store.enter([row for occasion in taken for row in entries(occasion, known)])
			store.tick_off(taken)
		store.commit()
		seen += len(taken)
		if len(taken) < OCCASIONS_AT_ONCE:
			return seen


def deliver(store: Store, now: datetime, may_go_on: Callable[[], bool] = lambda: True) -> int:
	"""Send what is due, one receiver after the other, until nothing is left; returns how many rows were dealt with.

	`may_go_on` is asked between receivers.
	"""
	give_up_lost(store, now)
	total = 0
	while may_go_on():
		dealt = 0
		for receiver in store.receivers(now, RECEIVERS_AT_ONCE):
			dealt += deliver_to(store, receiver, now) if may_go_on() else 0
		total += dealt
		if not dealt:
			break
	return total


def give_up_lost(store: Store, now: datetime) -> None:
	"""Mark as unknown what left over the network with a worker that never came back."""
	lost = store.lost(now)
	if lost:
		store.settle(lost, Change(UNKNOWN, (SENDING,), reason="lost"))
	store.commit()


def deliver_to(store: Store, receiver: Receiver, now: datetime) -> int:
	"""Send a receiver all that is due as one message; returns how many rows were dealt with, those put off not counted."""
	due = rules.in_order(store.take_due(receiver, now))
	if not due:
		store.commit()
		return 0
	try:
		to_send, put_off = _judge(store, receiver, due, now)
	except Exception as failure:
		store.rollback()
		store.note_failure("A reminder could not be judged")
		_count_failure(store, due, now, _sentence(failure))
		return len(due)
	if not to_send:
		store.commit()
	elif receiver[1] in STORED_CHANNELS:
		_send_stored(store, receiver, to_send, now)
	else:
		_send_over_network(store, receiver, to_send, now)
	return len(due) - put_off


def _judge(
	store: Store, receiver: Receiver, due: Sequence[Delivery], now: datetime
) -> tuple[list[Delivery], int]:
	"""Drop what is pointless, put off what would disturb; returns the rest, as it is true by now, and how many wait."""
	standings = store.standings(due)
	preference = store.preferences([receiver[0]]).get(receiver[0])
	to_send, put_off = [], 0
	for delivery in due:
		standing = standings[delivery.id]
		verdict = rules.verdict(delivery, standing, preference, now)
		if verdict.what == SEND:
			to_send.append(replace(delivery, subject=standing.subject or delivery.subject))
		elif verdict.what == DROP:
			store.settle([delivery.id], Change(DROPPED, reason=verdict.reason))
		else:
			store.settle([delivery.id], Change(WAITING, send_after=verdict.until))
			put_off += 1
	return to_send, put_off


def _send_stored(store: Store, receiver: Receiver, due: list[Delivery], now: datetime) -> None:
	"""Store a message together with the note that it was sent: both or neither."""
	try:
		store.send(receiver, due)
		store.settle(_ids(due), Change(SENT, sent=now))
		store.commit()
	except NotWanted as answer:
		store.rollback()
		store.settle(_ids(due), Change(DROPPED, reason=str(answer)))
		store.commit()
	except Exception as failure:
		store.rollback()
		if not isinstance(failure, NotDelivered):
			store.note_failure("A reminder could not be stored")
		_count_failure(store, due, now, _sentence(failure))


def _send_over_network(store: Store, receiver: Receiver, due: list[Delivery], now: datetime) -> None:
	"""Note that a message leaves, let it leave, and note what came of it."""
	store.settle(_ids(due), Change(SENDING, handed_over=now))
	store.commit()
	at_work = (SENDING, UNKNOWN)
	try:
		store.send(receiver, due)
	except NotWanted as answer:
		store.settle(_ids(due), Change(DROPPED, at_work, reason=str(answer)))
	except NotDelivered as failure:
		_count_failure(store, due, now, _sentence(failure), at_work)
	except Exception as failure:
		store.rollback()
		if not isinstance(failure, Unclear):
			store.note_failure("It is not known whether a reminder left")
		store.settle(_ids(due), Change(UNKNOWN, at_work, reason=_sentence(failure)))
	else:
		store.settle(_ids(due), Change(SENT, at_work, sent=now))
	store.commit()


def _count_failure(
	store: Store,
	due: Sequence[Delivery],
	now: datetime,
	reason: str,
	expected: tuple[str, ...] = rules.DUE_STATUSES,
) -> None:
	"""Let rows be tried again after a pause that grows with each failure, or set them aside."""
	for delivery in due:
		attempts = delivery.attempts + 1
		status, again = rules.after_failure(attempts, now)
		change = Change(status, expected, reason=reason, send_after=again, attempts=attempts)
		store.settle([delivery.id], change)
	store.commit()


def _ids(due: Sequence[Delivery]) -> list[str]:
	return [delivery.id for delivery in due]


def _sentence(failure: Exception) -> str:
	return str(failure) or type(failure).__name__
