"""The few functions of the database that reports need and the query builder does not bring along."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import mul
from typing import Any
from zlib import crc32

import frappe
from pypika import Case, CustomFunction
from pypika.functions import Extract, Max, Min, NullIf, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, PseudoColumn, Term, ValueWrapper

# Rows, the keys and what is added up of them by these keys.
Part = tuple[QueryBuilder, Mapping[str, Term], Mapping[str, Term]]
# All words that each key may be; where none are known of one, words are read.
Words = Mapping[str, Sequence[str | None]]

SECONDS_IN_DAY = 86_400
# Of a time, what makes two times a number of seconds apart; the database adds these up sooner than differences.
whole_seconds = CustomFunction("TO_SECONDS", ["time"])
_BETWEEN = CustomFunction("TIMESTAMPDIFF", ["unit", "start", "end"])
# How many groups held words that differ.
MIXED = "mixed"
# Before a key, the least of a group's words.
LEAST = "least"
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
	query: QueryBuilder, keys: Mapping[str, Term], sums: Mapping[str, Term], words: Words | None = None
) -> list[dict[str, Any]]:
	"""Return the sums of a query's rows by its keys, each row with both.

	Rows are grouped by checksums of their words: MariaDB looks a group of words up by a hash in which those that begin alike
	collide, and compares them, which takes twice as long. Where two words turn out to have one checksum, the words
	themselves are added. As a checksum also tells upper from lower case, the few groups are added up once more by the
	words; only there nothing and an empty text become one.
	"""
	return summed_together([(query, keys, sums)], words)


def summed_together(parts: Sequence[Part], words: Words | None = None) -> list[dict[str, Any]]:
	"""Return the same of several queries in one: all have the same keys, and of a sum that one does not name it has none.

	Rows of one status or stage are found along an index, so no row has to be asked which one it is of; a key that is a
	constant of its part is not compared. Of a part by constants alone there is a row even where it has none to add up.
	`words` are all that each key may be, where they are known: then their checksums tell the groups, and no word is read.
	"""
	told = _by_checksum(parts, words) if words and all(words.values()) else None
	if told is not None:
		return told
	rows = _summed(parts, exactly=False)
	if any(row.pop(MIXED, 0) for row in rows):
		rows = _summed(parts, exactly=True)
	return rows


def _by_checksum(parts: Sequence[Part], words: Words) -> list[dict[str, Any]] | None:
	"""Return the sums by the words that the checksums stand for; None where these do not tell the words apart, or there are more."""
	told = {key: told_by_checksums(term, words[key]) for key, term in parts[0][1].items()}
	if not all(told.values()):
		return None
	names = _names_of(parts)
	each = reduce(mul, (_numbered(part, names) for part in parts)).as_("each")
	# Of an empty text it is zero.
	keys = {
		key: NullIf(each[key], 0) if isinstance(term, NullIf) else each[key]
		for key, term in parts[0][1].items()
	}
	terms = [
		*(number.as_(key) for key, number in keys.items()),
		*(Sum(each[name]).as_(name) for name in names),
	]
	rows = frappe.qb.from_(each).select(*terms).groupby(*keys.values()).run(as_dict=True)
	if any(row[key] not in told[key] for row in rows for key in told):
		return None
	return [{**row, **{key: told[key][row[key]] for key in told}} for row in rows]


def told_by_checksums(term: Term, words: Sequence[str | None]) -> dict[int | None, str | None]:
	"""Return the word of each checksum, and of none; nothing where two words have the same, or one has an empty text's."""
	known = {word for word in words if word}
	told: dict[int | None, str | None] = {crc32(word.encode()): word for word in known}
	if len(told) < len(known) or 0 in told:
		return {}
	return {**told, None: None, **({} if isinstance(term, NullIf) else {0: ""})}


def _names_of(parts: Sequence[Part]) -> list[str]:
	return list(dict.fromkeys(name for _query, _keys, sums in parts for name in sums))


def _summed(parts: Sequence[Part], *, exactly: bool) -> list[dict[str, Any]]:
	names = _names_of(parts)
	each = reduce(mul, (_grouped(part, names, exactly=exactly) for part in parts)).as_("each")
	keys = {
		key: NullIf(each[key], "") if isinstance(term, NullIf) else each[key]
		for key, term in parts[0][1].items()
	}
	terms = [*(word.as_(key) for key, word in keys.items()), *(Sum(each[name]).as_(name) for name in names)]
	if keys and not exactly:
		differ = Criterion.any(each[key] != each[f"{LEAST}_{key}"] for key in keys)
		terms.append(Sum(Case().when(differ, 1).else_(0)).as_(MIXED))
	return frappe.qb.from_(each).select(*terms).groupby(*keys.values()).run(as_dict=True)


def _grouped(part: Part, names: Sequence[str], *, exactly: bool) -> QueryBuilder:
	query, keys, sums = part
	terms = _terms(sums, names)
	groups: list[Term] = []
	for key, term in keys.items():
		if isinstance(term, ValueWrapper):
			terms += [term.as_(key), *([] if exactly else [term.as_(f"{LEAST}_{key}")])]
			continue
		word = _word(term)
		groups.append(_CHECKSUM(word))
		if exactly:
			groups.append(word)
			terms.append(word.as_(key))
		else:
			# The two are compared outside: the database would find the largest a second time for it.
			terms += [Max(word).as_(key), Min(word).as_(f"{LEAST}_{key}")]
	return query.select(*terms).groupby(*groups)


def _numbered(part: Part, names: Sequence[str]) -> QueryBuilder:
	query, keys, sums = part
	numbers = {key: checksum(term) for key, term in keys.items()}
	shown = (number.as_(key) for key, number in numbers.items())
	return query.select(*_terms(sums, names), *shown).groupby(*numbers.values())


def _terms(sums: Mapping[str, Term], names: Sequence[str]) -> list[Term]:
	return [sums.get(name, ValueWrapper(0)).as_(name) for name in names]


def checksum(term: Term) -> Term:
	"""The checksum of a word, zero of an empty text."""
	return _CHECKSUM(_word(term))


def _word(term: Term) -> Term:
	return term.args[0] if isinstance(term, NullIf) else term
