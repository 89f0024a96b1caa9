"""How many different records rows name, told by digests: names in full do not fit into MariaDB's memory for such a list.

Two checksums, of a name and of the same name backwards, are 64 bits, which keeps the names of a site apart. As a number they
take the least room there is, and a quarter of the time of a cryptographic digest.
"""

from collections.abc import Collection
from zlib import crc32

import frappe
from pypika import CustomFunction
from pypika.functions import Coalesce, Count, Lower
from pypika.queries import QueryBuilder
from pypika.terms import Term

from crm_plus.reports.report_functions import checksum

BITS = 32
_BACKWARDS = CustomFunction("REVERSE", ["text"])


def different_by(query: QueryBuilder, key: Term, counted: Term, keys: Collection[str]) -> dict[str, int]:
	"""Return for each of the keys that a query's rows have how many different records a column names in them; "" is no key.

	Of these few words one checksum is enough, unless two of them have the same.
	"""
	words = {word.lower() for word in keys}
	is_enough = len({_checksum_of(word) for word in words}) == len(words)
	of_key = checksum(Lower(Coalesce(key, ""))) if is_enough else _digest(Coalesce(key, ""))
	each = query.select(of_key.as_("key"), _digest(counted).as_("counted")).distinct().as_("each")
	rows = frappe.qb.from_(each).select(each.key, Count(each.counted)).groupby(each.key).run()
	counts = {int(number): int(count) for number, count in rows}
	number_of = _checksum_of if is_enough else _digest_of
	return {word: counts.get(number_of(word.lower()), 0) for word in keys}


def _digest(name: Term) -> Term:
	word = Lower(name)
	return checksum(word) * (1 << BITS) + checksum(_BACKWARDS(word))


def _digest_of(word: str) -> int:
	return (_checksum_of(word) << BITS) + _checksum_of(word[::-1])


def _checksum_of(word: str) -> int:
	return crc32(word.encode())
