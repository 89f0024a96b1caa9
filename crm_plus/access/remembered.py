"""What a user may read, and what else several questions of a request need, found out once for all of them.

Only where nothing is written in between that these questions ask for: `remembering` is for that alone. It also knows which
rights were asked for, so that what is kept of a figure can be kept under all that it depends on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import frappe

Found = TypeVar("Found")
# What is asked, of what, and for whom or by which condition ("" where that makes no difference).
Question = tuple[str, str, str]
# The questions about rights; others are about the records that there are.
OF_RIGHTS = ("rows", "fields")


class Rights:
	"""The questions about rights that were asked, and the answers found so far, each with those that it came of."""

	def __init__(self) -> None:
		self.asked: set[Question] = set()
		self.answers: dict[Question, tuple[Any, frozenset[Question]]] = {}


@contextmanager
def remembering() -> Iterator[Rights]:
	"""Answer each question once, in what runs inside."""
	rights = frappe.local.crm_plus_rights = Rights()
	try:
		yield rights
	finally:
		frappe.local.crm_plus_rights = None


def remembered(question: Question, find: Callable[[], Found]) -> Found:
	"""Return the answer to a question: the one that is remembered, where anything is, else a new one."""
	rights: Rights | None = getattr(frappe.local, "crm_plus_rights", None)
	if rights is None:
		return find()
	if question not in rights.answers:
		rights.answers[question] = _found(rights, question, find)
	answer, came_of = rights.answers[question]
	rights.asked |= came_of
	return answer  # type: ignore[no-any-return] # each question has one kind of answer


def _found(
	rights: Rights, question: Question, find: Callable[[], Found]
) -> tuple[Found, frozenset[Question]]:
	before, rights.asked = rights.asked, {question} if question[0] in OF_RIGHTS else set()
	try:
		return find(), frozenset(rights.asked)
	finally:
		rights.asked |= before
