"""The few functions of the database that reports need and the query builder does not bring along."""

from collections.abc import Mapping
from typing import Any

import frappe
from pypika import Case, CustomFunction
from pypika.functions import Extract, Max, Min, NullIf, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, PseudoColumn, Term

SECONDS_IN_DAY = 86_400
_BETWEEN = CustomFunction("TIMESTAMPDIFF", ["unit", "start", "end"])
# How many groups held words that differ.
MIXED = "mixed"
_CHECKSUM = CustomFunction("CRC32", ["text"])


def seconds_between(start: Term, end: Term | object) -> Term:
	"""The whole seconds from one time to another; nothing where either is missing."""
	return _BETWEEN(PseudoColumn("SECOND"), start, end)


def month_number(day: Term) -> Term:
	"""The month of a date or a time as a number: 202611."""
	return Extract("YEAR_MONTH", day)


def month_text(number: int | None) -> str:
	"""Return such a number as the rules write a month: 2026-11; "" for none."""
	return f"{number // 100}-{number % 100:02d}" if number else ""


def along(query: QueryBuilder, doctype: str, index: str) -> QueryBuilder:
	"""The query, reading its first table along an index that holds all it asks for.

	The database would rather look rows up by a column of few values, which takes several times as long. A site that has not
	yet been migrated to the index does without.
	"""
	there = frappe.cache.get_value(
		f"crm_plus_index:{doctype}:{index}", lambda: int(bool(frappe.db.has_index(f"tab{doctype}", index)))
	)
	return query.force_index(index) if there else query


def summed_by(
	query: QueryBuilder, keys: Mapping[str, Term], sums: Mapping[str, Term]
) -> list[dict[str, Any]]:
	"""Return the sums of a query's rows by its keys, each row with both.

	Rows are grouped by checksums of their words: MariaDB looks a group of words up by a hash in which those that begin alike
	collide, and compares them, which takes twice as long. Where two words turn out to have one checksum, the words
	themselves are added. As a checksum also tells upper from lower case, the few groups are added up once more by the
	words; only there nothing and an empty text become one.
	"""
	rows = _summed(query, keys, sums, exactly=False)
	if any(row.pop(MIXED) for row in rows):
		rows = _summed(query, keys, sums, exactly=True)
	return rows


def _summed(
	query: QueryBuilder, keys: Mapping[str, Term], sums: Mapping[str, Term], *, exactly: bool
) -> list[dict[str, Any]]:
	plain = {key: term.args[0] if isinstance(term, NullIf) else term for key, term in keys.items()}
	inner = query.select(*(term.as_(name) for name, term in sums.items()))
	for key, term in plain.items():
		inner = inner.groupby(_CHECKSUM(term))
		inner = inner.groupby(term).select(term.as_(key)) if exactly else inner.select(Max(term).as_(key))
	if not exactly:
		differ = Criterion.any(Min(term) != Max(term) for term in plain.values())
		inner = inner.select(Case().when(differ, 1).else_(0).as_(MIXED))
	each = inner.as_("each")
	words = {
		key: NullIf(each[key], "") if plain[key] is not term else each[key] for key, term in keys.items()
	}
	summed = [*sums, *([] if exactly else [MIXED])]
	return (
		frappe.qb.from_(each)
		.select(*(word.as_(key) for key, word in words.items()))
		.select(*(Sum(each[name]).as_(name) for name in summed))
		.groupby(*words.values())
		.run(as_dict=True)
	)
