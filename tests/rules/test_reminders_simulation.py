"""The engine of reminders through weeks of virtual time, killed again and again, against an oracle that looks at every minute.

30 days with 200 users in 12 time zones and 20,000 plans in each season; CRM_PLUS_SIMULATION=short takes a week with 60 users
and 1,500 plans.
"""

import os
import random
from collections import defaultdict
from datetime import datetime
from functools import cache

import pytest

from crm_plus.rules import deliveries as rules
from crm_plus.rules.reminders import Entry
from crm_plus.workflows import reminder_engine
from simulation.oracle import Message, Oracle
from simulation.people import AUTUMN, SPRING, Cast, draw
from simulation.store import Killed, MemoryStore

SHORT = os.environ.get("CRM_PLUS_SIMULATION") == "short"
DAYS, USERS, PLANS = (7, 60, 1_500) if SHORT else (30, 200, 20_000)
# One call in so many is the worker's last.
DEADLINESS = 1 / 400


@cache
def oracle_of(start: datetime) -> Oracle:
	"""What should happen is the same whether workers die or not."""
	return Oracle(cast_of(start), DAYS)


def cast_of(start: datetime) -> Cast:
	return draw(2026, start, days=DAYS, users=USERS, plans=PLANS)


def play(cast: Cast, store: MemoryStore) -> None:
	"""Let people work and the scheduler tick; a worker that is killed is followed by another in the same minute."""
	made, changes, plans = defaultdict(list), defaultdict(list), {}
	for tick, plan in cast.made:
		made[tick].append(plan)
	for change in cast.changes:
		changes[change.tick].append(change)
	for tick, minute in enumerate(cast.ticks):
		store.tick, now = tick, cast.at(minute)
		for plan in made[tick]:
			plans[plan.name] = plan
			store.save(plan, now)
		for change in changes[tick]:
			setattr(plans[change.name], change.field, change.value)
			store.save(plans[change.name], now)
		work(store, now)


def work(store: MemoryStore, now: datetime) -> None:
	while True:
		try:
			reminder_engine.enter_what_is_due(store, now)
			reminder_engine.deliver(store, now)
			return
		except Killed:
			store.rollback()


def message_of(delivery: rules.Delivery | Entry) -> Message:
	return (delivery.name, delivery.stamp, delivery.event, delivery.user, delivery.channel)


@pytest.mark.parametrize("start", [AUTUMN, SPRING], ids=["autumn", "spring"])
@pytest.mark.parametrize("deadliness", [0, DEADLINESS], ids=["alive", "killed"])
def test_everybody_is_told_once_and_in_time(start: datetime, deadliness: float) -> None:
	cast, oracle = cast_of(start), oracle_of(start)
	store = MemoryStore(cast, random.Random(7), deadliness)
	play(cast, store)

	sent = [(message_of(delivery), tick) for tick, delivery in (*store.posted, *store.gateway)]
	told = dict(sent)
	assert len(told) == len(sent), "somebody was told twice"
	unknown = {key: row for key, row in store.rows.items() if row.status in (rules.UNKNOWN, rules.SENDING)}
	doubtful = {message_of(row.entry) for row in unknown.values()}
	assert bool(doubtful) == bool(deadliness)

	assert set(oracle.must) - set(told) - doubtful == set(), "somebody was not told"
	assert set(told) - set(oracle.may) == set(), "somebody was told for nothing"
	# What was put off to the morning by a clock that was fast is not taken back when the clock is.
	on_time = {message: tick for message, tick in oracle.must.items() if tick not in cast.replayed}
	late = {message for message, tick in on_time.items() if told.get(message, 0) > tick}
	assert late == set(), "somebody was told late"
	early = {message for message, tick in told.items() if tick < oracle.may[message]}
	assert early == set(), "somebody was told early"

	assert len(oracle.must) > PLANS / 2
	assert len(oracle.may) - len(oracle.must) < len(oracle.may) / 50
	assert (store.deaths > 100) == bool(deadliness)
	assert store.messages < len(sent) + store.deaths, "nothing was told together"
