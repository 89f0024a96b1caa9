"""How the stream is asked for: every kind of entry as lanes, each read along one index behind a place; all in one query.

A lane gives a moment and a name, newest first and by name in the database's own order. A kind's lanes are brought
together without doubles, then its details are looked up by name. Times are the site's.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import frappe
from frappe.query_builder import Order
from pypika import Case
from pypika.functions import Date, Timestamp
from pypika.terms import Criterion, EmptyCriterion, ExistsCriterion, NullValue, ValueWrapper

from crm_plus.access.rows import readable_rows
from crm_plus.rules.quoted_text import escape_like
from crm_plus.rules.timeline import PAGE_LENGTH, Batch, Entry, Place, bound

# What every kind tells of an entry, as far as it has it. `gate`: whoever may not open it does not see the entry;
# `about`: a document that is linked for those who may open it; `left_out`: something, where it is no entry at all.
COLUMNS = (
	*("title", "body", "who", "status", "amount", "currency", "deal", "profile"),
	*("detail", "direction", "outcome", "seconds", "source"),
	*("about_doctype", "about_name", "gate_doctype", "gate_name", "left_out"),
)
# One more than a page, so that a full one says whether there is more.
LANE_LENGTH = PAGE_LENGTH + 1
# With more people or deals than this, a lane for each takes longer to ask for than sorting what they have together.
MOST_LANES = 8
LONGEST_BODY = 3000
# The condition that a lane starts from, on whatever stands for its table.
Start = Callable[[Any], Criterion]


@dataclass(frozen=True)
class Window:
	"""Which part of the stream is asked for: behind a place, of some kinds, between two days, of a person, with a text."""

	place: Place | None = None
	kinds: frozenset[str] = frozenset()
	first: date | None = None
	last: date | None = None
	who: str = ""
	text: str = ""
	only_tickets: bool = False

	def by(self, who: Any) -> Criterion:
		"""Return the condition on who did it."""
		return who == self.who if self.who else EmptyCriterion()

	def says(self, *fields: Any) -> Criterion:
		"""Return the condition that one of the fields holds the text."""
		if not self.text:
			return EmptyCriterion()
		return Criterion.any([one.like(f"%{escape_like(self.text)}%") for one in fields])

	@property
	def is_searched(self) -> bool:
		"""Whether entries are looked for, so that few of those along an index are wanted."""
		return bool(self.who or self.text)

	def behind(self, kind: str, at: Any, name: Any) -> Criterion:
		"""Return the condition for what lies behind the place and between the days."""
		parts = [at.isnotnull()]
		if self.first:
			parts.append(at >= datetime.combine(self.first, time.min))
		if self.last:
			parts.append(at < datetime.combine(self.last, time.min) + timedelta(days=1))
		code = bound(kind, self.place)
		if self.place and code:
			moment = self.place.at
			parts.append(at < moment if code == "before" else at <= moment)
			if code == "behind":
				parts.append((at < moment) | (name < self.place.name))
		return Criterion.all(parts)


@dataclass(frozen=True)
class Stream:
	"""One kind: its lanes, the DocType that the details stand in, and those details."""

	kind: str
	doctype: str
	lanes: list[Any]
	columns: dict[str, Any]
	joins: tuple[tuple[Any, Criterion], ...] = ()


def together(*conditions: Any) -> Criterion:
	"""Return all conditions as one, empty where none says anything."""
	return Criterion.all(one for one in conditions if not isinstance(one, EmptyCriterion))


def readable(doctype: str) -> Criterion | None:
	"""Return the condition for the documents that the reader may read; None where he may read none."""
	try:
		return readable_rows(doctype)
	except frappe.PermissionError:
		frappe.clear_last_message()  # nobody asked for these documents
		return None


def captured_as(taken: Any, doctype: str, name: Any, deals: Collection[str] = ()) -> Criterion:
	"""Return the condition that an interaction was captured from a document, of `deals` where some are given.

	A mail about the quotation of several deals is an interaction of one of them: in the streams of the others it stands
	as the mail that it is.
	"""
	found = (taken.source_doctype == doctype) & (taken.source_name == name)
	return found & taken.deal.isin(list(deals)) if deals else found


def not_captured(doctype: str, name: Any, deals: Collection[str] = ()) -> Criterion:
	"""Return the condition that a document is the source of no interaction, or of none of `deals`."""
	taken = frappe.qb.DocType("Interaction")
	query = frappe.qb.from_(taken).select(taken.name)
	return ExistsCriterion(query.where(captured_as(taken, doctype, name, deals))).negate()


def starts(
	column: str, values: Iterable[str], start: Start | None = None, *, most: int | None = None
) -> list[Start]:
	"""Return where lanes start: at each value of a column, or at all together where there are more than `most`.

	`start` holds for each of them.
	"""
	values = list(values)
	groups = [values] if len(values) > (most or MOST_LANES) else [[value] for value in values]
	return [_start(column, group, start) for group in groups]


def _start(column: str, values: list[str], start: Start | None) -> Start:
	def condition(table: Any) -> Criterion:
		one = table[column] == values[0] if len(values) == 1 else table[column].isin(values)
		return together(start(table), one) if start else one

	return condition


def own_lane(window: Window, kind: str, doctype: str, at: str, start: Start, wanted: Criterion) -> Any:
	"""Return the lane through a DocType's own index on `start`, the moment and the name.

	What else is wanted is asked of the row itself, behind the index: else MariaDB would walk to a deep page row by row.
	"""
	index, table = frappe.qb.DocType(doctype).as_("along"), frappe.qb.DocType(doctype)
	query = frappe.qb.from_(index)
	if not isinstance(wanted, EmptyCriterion):
		query = query.join(table).on(table.name == index.name)
	return lane(window, kind, query, index[at], index.name, start(index), wanted)


def lane(window: Window, kind: str, query: Any, at: Any, name: Any, *conditions: Any) -> Any:
	"""Return the query of one lane: a moment and a name, newest first, along the index that its condition starts."""
	query = query.select(at.as_("at"), name.as_("name"))
	query = query.where(together(*conditions, window.behind(kind, at, name)))
	return _newest(query, at, name)


def dated_lane(window: Window, kind: str, doctype: str, day: str, start: Start, wanted: Criterion) -> Any:
	"""Return the lane of documents that have a day and no time, by their index on `start` and the day.

	One entered on its own day stands at the time of its entry, any other at the beginning of its day. So the lane
	takes whole days: that of the place, and those before it that hold a page.
	"""
	table = frappe.qb.DocType(doctype)
	days = frappe.qb.from_(table).select(table[day].as_("day")).where(together(start(table), wanted))
	last = min(
		(each for each in (window.place and window.place.at.date(), window.last) if each), default=None
	)
	if last:
		days = days.where(table[day] < last)
	days = [days.orderby(table[day], order=Order.desc).limit(LANE_LENGTH)]
	if last:
		days.append(frappe.qb.select(ValueWrapper(last).as_("day")))
	found = frappe.qb.from_(_united(days, "union").as_("found")).select("day").distinct().as_("days")
	query = frappe.qb.from_(found).join(table).on((table[day] == found.day) & start(table))
	return lane(window, kind, query, moment_of(table, day), table.name, wanted)


def moment_of(table: Any, day: str) -> Any:
	"""Return when a document stands in the stream that has a day and no time."""
	entered_that_day = Date(table.creation) == table[day]
	return Case().when(entered_that_day, table.creation).else_(Timestamp(table[day]))


def read(streams: list[Stream]) -> dict[str, Batch]:
	"""Ask for all streams in one query; return each kind's entries in order."""
	queries = [_details(stream) for stream in streams if stream.lanes]
	if not queries:
		return {}
	rows = _united(queries, "union_all").run(as_dict=True)
	found: dict[str, list[Entry]] = {}
	for row in rows:
		found.setdefault(row.kind, []).append(Entry(row.at, row.kind, row.name, row))
	return {kind: Batch(entries, len(entries) < LANE_LENGTH) for kind, entries in found.items()}


def _details(stream: Stream) -> Any:
	keys = _united(stream.lanes, "union").as_(f"{stream.kind}_keys")
	table = frappe.qb.DocType(stream.doctype)
	# What is gone behind a key still counts: a short answer would look like the end.
	query = frappe.qb.from_(keys).left_join(table).on(table.name == keys.name)
	for other, condition in stream.joins:
		query = query.left_join(other).on(condition)
	told = {"left_out": NullValue(), **stream.columns}
	told["left_out"] = Case().when(table.name.isnull(), 1).else_(told["left_out"])
	columns = [told.get(column, NullValue()).as_(column) for column in COLUMNS]
	query = query.select(ValueWrapper(stream.kind).as_("kind"), keys.at, keys.name, *columns)
	return _wrapped(_newest(query, keys.at, keys.name))


def _newest(query: Any, at: Any, name: Any) -> Any:
	return query.orderby(at, order=Order.desc).orderby(name, order=Order.desc).limit(LANE_LENGTH)


def _united(queries: list[Any], how: str) -> Any:
	"""Return several queries, each with an order and a limit of its own, as one."""
	union = _wrapped(queries[0])
	for query in queries[1:]:
		union = getattr(union, how)(_wrapped(query))
	return union


def _wrapped(query: Any) -> Any:
	# Without brackets an order and a limit would belong to the whole union.
	query.wrap_set_operation_queries = True
	return query
