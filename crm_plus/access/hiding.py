"""Whether a condition hides any row at all, and of which columns it asks: what need not be looked up row by row.

A User Permission for the only company there is holds for every deal; to ask so of the deals of a million interactions takes
longer than to add them up. It is found out anew each time, in the transaction of the query that goes without. And what a
condition asks of a deal can be asked of a table that repeats it, instead of the deal.
"""

import re
from collections.abc import Mapping

import frappe
from pypika import Case
from pypika.functions import Count, Sum

from crm_plus.access.remembered import remembered
from crm_plus.access.rows import RawCondition

COLUMN = re.compile(r"`tab([^`]+)`\.(?:`([^`]+)`|(\w+))")
# What else a condition of one column is made of; any other word may be a column without its table.
WORDS = {
	*("in", "is", "not", "null", "and", "or", "ifnull", "coalesce", "like", "between", "true", "false"),
	"_utf8mb4",  # before a value that is written in digits
}
# What stands between quotes is a value, whatever it looks like.
QUOTED = re.compile(r"'(?:[^'\\]|\\.|'')*'")
# More values than these are not looked at.
FEW = 100


def hides_nothing(doctype: str, condition: str) -> bool:
	"""Tell whether a condition holds for all rows of a DocType; False where that cannot be told at a glance.

	It can where the condition is of one column by which an index begins: its few values stand in for the rows.
	"""
	if not condition:
		return True
	return remembered(("hidden", doctype, condition), lambda: _hides_nothing(doctype, condition))


def _hides_nothing(doctype: str, condition: str) -> bool:
	columns = _asked_columns(doctype, condition)
	if columns is None or len(columns) != 1:
		return False
	column = columns.pop()
	if not _begins_an_index(f"tab{doctype}", column):
		return False
	row = frappe.qb.DocType(doctype)
	# Under the table's own name, so that the condition is asked as it is; what it leaves open hides a row, as it does there.
	values = frappe.qb.from_(row).select(row[column]).distinct().limit(FEW + 1).as_(f"tab{doctype}")
	hidden = Case().when(RawCondition(f"({condition}) is not true"), 1).else_(0)
	count, hides = frappe.qb.from_(values).select(Count("*"), Sum(hidden)).run()[0]
	return count <= FEW and not hides


def asked_elsewhere(doctype: str, condition: str, told: Mapping[str, str]) -> str | None:
	"""Return a condition on a DocType's rows as it is asked of another table, None where it asks for more than that tells.

	`told` has, by column of the DocType, the full name of the column that repeats it.
	"""
	columns = _asked_columns(doctype, condition)
	if columns is None or not columns <= set(told):
		return None

	def elsewhere(part: str) -> str:
		return COLUMN.sub(lambda found: told[found[2] or found[3]], part)

	between, values = QUOTED.split(condition), [*QUOTED.findall(condition), ""]
	return "".join(elsewhere(part) + value for part, value in zip(between, values, strict=True))


def _asked_columns(doctype: str, condition: str) -> set[str] | None:
	"""Return the columns of a DocType that a condition asks for, None where it asks for anything else."""
	words = QUOTED.sub("", condition)
	columns = {(table, quoted or bare) for table, quoted, bare in COLUMN.findall(words)}
	others = set(re.findall(r"\b[^\W\d]\w*", COLUMN.sub("", words).lower()))
	if not others <= WORDS or any(table != doctype for table, _column in columns):
		return None
	return {column for _table, column in columns}


def _begins_an_index(table: str, column: str) -> bool:
	found = frappe.cache.get_value(
		f"crm_plus_begins_an_index:{table}:{column}",
		lambda: len(
			frappe.db.sql(
				"""select 1 from information_schema.statistics where table_schema = database()
				and table_name = %s and column_name = %s and seq_in_index = 1 limit 1""",
				(table, column),
			)
		),
	)
	return bool(found)
