"""The few functions of the database that reports need and the query builder does not bring along."""

from collections.abc import Mapping
from typing import Any

import frappe
from pypika import CustomFunction
from pypika.functions import Extract, NullIf, Sum
from pypika.queries import QueryBuilder
from pypika.terms import PseudoColumn, Term

SECONDS_IN_DAY = 86_400
_BETWEEN = CustomFunction("TIMESTAMPDIFF", ["unit", "start", "end"])
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

	MariaDB looks a row's group up by a hash in which words that begin alike collide; a checksum beside them keeps them
	apart, in half the time. As it also tells upper from lower case, the few groups are added up once more by the words; only
	there nothing and an empty text become one.
	"""
	plain = {key: term.args[0] if isinstance(term, NullIf) else term for key, term in keys.items()}
	inner = query.select(*(term.as_(name) for name, term in {**plain, **sums}.items()))
	for term in plain.values():
		inner = inner.groupby(_CHECKSUM(term)).groupby(term)
	each = inner.as_("each")
	words = {
		key: NullIf(each[key], "") if plain[key] is not term else each[key] for key, term in keys.items()
	}
	return (
		frappe.qb.from_(each)
		.select(*(word.as_(key) for key, word in words.items()))
		.select(*(Sum(each[name]).as_(name) for name in sums))
		.groupby(*words.values())
		.run(as_dict=True)
	)
