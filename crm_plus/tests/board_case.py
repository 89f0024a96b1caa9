"""What the tests of the Pipeline Board start from."""

from typing import Any

import frappe

from crm_plus.api import board
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase


def make_user(*roles: str, number: int = 1) -> str:
	"""A user with these roles alone, made once a site: Frappe lets only so many be made in an hour."""
	email = f"board-{number}-{'-'.join(roles).replace(' ', '') or 'none'}@example.com".lower()
	if not frappe.db.exists("User", email):
		factories.make_user(*roles, email=email, first_name="Board")
		frappe.db.commit()  # kept for the tests to come
	return email


class BoardCase(CRMPlusTestCase):
	"""Each test has a pipeline of its own."""

	def setUp(self) -> None:
		super().setUp()
		self.pipeline = factories.make_pipeline().name
		self.filters = {"pipeline": self.pipeline}

	def stage(self, name: str) -> str:
		return f"{self.pipeline}-{name}"

	def make_deal(self, stage: str = "New", **values: Any) -> str:
		if stage == "Lost":
			values.setdefault("lost_reason", frappe.get_all("Lost Reason", pluck="name", limit=1)[0])
		return factories.make_deal(pipeline=self.pipeline, stage=self.stage(stage), **values).name

	def set_values(self, deal: str, **values: Any) -> None:
		frappe.db.set_value("Deal", deal, values, update_modified=False)

	def column(self, stage: str, **filters: str) -> dict[str, Any]:
		columns = board.columns({**self.filters, **filters})["columns"]
		return next(column for column in columns if column["name"] == self.stage(stage))

	def shown(self, stage: str = "New", **filters: str) -> list[str]:
		return [card["name"] for card in board.cards(self.stage(stage), {**self.filters, **filters})["cards"]]

	def all_pages(self, stage: str = "New", between: Any = None) -> list[str]:
		names, after = [], None
		while True:
			page = board.cards(self.stage(stage), self.filters, after)
			names += [card["name"] for card in page["cards"]]
			after = page["next"]
			if not after:
				return names
			if between:
				between()
