from typing import Any

import frappe
from frappe.model.document import Document

from crm_plus.workflows import personal_records

NOT_A_TABLE = "Held Personal Data is gathered when it is asked for and cannot be stored."


class HeldPersonalData(Document):
	"""What is held on one person beside the rows that name his address: Frappe's data download asks for it as for a table."""

	@staticmethod
	def get_list(args: dict[str, Any]) -> list[dict[str, Any]]:
		"""Return what is held on the person whose address is asked for, to the download alone, which asks for all fields.

		Frappe's deletion asks for names, to redact their rows: here are none, workflows/personal_data.py does that.
		"""
		email = _email_of(args.get("filters"))
		return personal_records.held(email) if email and args.get("fields") == ["*"] else []

	@staticmethod
	def get_count(args: dict[str, Any]) -> int:
		"""Return 0: it is no list."""
		return 0

	@staticmethod
	def get_stats(args: dict[str, Any]) -> dict[str, Any]:
		"""Return nothing: it is no list."""
		return {}

	def load_from_db(self) -> None:
		raise frappe.DoesNotExistError(NOT_A_TABLE)

	def db_insert(self, *args: Any, **kwargs: Any) -> None:
		raise frappe.ValidationError(NOT_A_TABLE)

	def db_update(self) -> None:
		raise frappe.ValidationError(NOT_A_TABLE)

	def delete(self) -> None:
		"""Refuse: there is nothing to delete."""
		raise frappe.ValidationError(NOT_A_TABLE)


def _email_of(filters: Any) -> str:
	"""Return the address in a list's filters, as Frappe has them by then: rows of (DocType, field, operator, value)."""
	if isinstance(filters, dict):
		return str(filters.get("email") or "")
	return next((str(row[-1]) for row in filters or [] if "email" in list(row)[:-1]), "")
