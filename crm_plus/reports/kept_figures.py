"""Figures of dashboards, kept for their reader for some minutes, with the time that they are of.

A figure is kept under all that it depends on but the documents themselves: what is asked, by whom, on which day, in which
language, and what he may read. So nobody is shown a figure made for another reader, or for himself when he might read
more; what was counted is as old as the figure says.
"""

import hashlib
import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

import frappe
from frappe.utils import cint, now_datetime, today

from crm_plus import __version__
from crm_plus.access.reach import reach
from crm_plus.access.remembered import Question, Rights
from crm_plus.setup.compatibility import doctype_exists

# What dashboards add up, all of it; a figure that asked for the rows of any other DocType is not kept.
COUNTED = ("Deal", "Customer Profile", "Interaction", "Follow Up", "Sales Quota")
OF_ERPNEXT = "Issue"
# A figure of more letters than these is not kept.
LONGEST = 100_000
SECONDS_IN_MINUTE = 60

Figure = dict[str, Any]


class KeptFigures:
	"""The figures kept for the user of the session, as long as `rights` are remembered; with `anew` new ones alone."""

	def __init__(self, rights: Rights, *, anew: bool = False) -> None:
		self.rights = rights
		self.anew = anew
		self.minutes = cint(frappe.get_cached_doc("CRM Plus Settings").get("keep_figures_minutes"))
		self.covered: frozenset[Question] = frozenset()

	@cached_property
	def reader(self) -> list[str]:
		"""What the keys of all his figures have in common; from then on it is known which rights they cover."""
		self.rights.asked.clear()
		counted = (*COUNTED, *([OF_ERPNEXT] if doctype_exists(OF_ERPNEXT) else []))
		parts = [__version__, frappe.session.user, frappe.local.lang, today(), reach(counted)]
		self.covered = frozenset(self.rights.asked)
		return parts

	def figure(self, asked: dict[str, Any], make: Callable[[], Any]) -> Figure:
		"""Return what was asked for and of when it is, in the site's time zone: the one that is kept, else a new one."""
		if self.minutes <= 0:
			return {"as_of": _now(), "answer": make()}
		key = self._key(asked)
		kept = None if self.anew else frappe.cache.get_value(key, expires=True)
		return json.loads(kept) if kept else self._made(key, make)

	def _made(self, key: str, make: Callable[[], Any]) -> Figure:
		self.rights.asked.clear()
		made = {"as_of": _now(), "answer": make()}
		text = frappe.as_json(made, indent=None)
		if len(text) <= LONGEST and self.rights.asked <= self.covered:
			frappe.cache.set_value(key, text, expires_in_sec=self.minutes * SECONDS_IN_MINUTE)
		return made

	def _key(self, asked: dict[str, Any]) -> str:
		text = json.dumps([*self.reader, asked], sort_keys=True, default=str)
		return f"crm_plus_figure:{hashlib.sha256(text.encode()).hexdigest()}"


def _now() -> str:
	return str(now_datetime().replace(microsecond=0))
