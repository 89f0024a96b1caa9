"""How many different records rows name, told by digests: names in full do not fit into MariaDB's memory for such a list.

Half an MD5, 64 bits, keeps the names of a site apart.
"""

from hashlib import md5

import frappe
from pypika.functions import Coalesce, Count, Lower
from pypika.queries import QueryBuilder
from pypika.terms import Function, Term

BYTES = 8


def different_by(query: QueryBuilder, key: Term, counted: Term) -> dict[bytes, int]:
	"""Return how many different records a column names in a query's rows, by the digest of the key; "" is no key."""
	inner = query.select(_digest(Coalesce(key, "")).as_("key"), _digest(counted).as_("counted")).distinct()
	each = inner.as_("each")
	rows = frappe.qb.from_(each).select(each.key, Count(each.counted)).groupby(each.key).run()
	return {bytes(key): int(count) for key, count in rows}


def digest_of(name: str) -> bytes:
	"""Return the digest by which `different_by` tells of a key."""
	return md5(name.lower().encode(), usedforsecurity=False).digest()[:BYTES]


def _digest(name: Term) -> Term:
	return Function("UNHEX", Function("LEFT", Function("MD5", Lower(name)), 2 * BYTES))
