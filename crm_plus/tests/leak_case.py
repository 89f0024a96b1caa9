"""Five teams with secrets of their own, and people of every role in them."""

import json
from typing import Any, ClassVar

import frappe

from crm_plus.access.belongings import PARENTS
from crm_plus.tests import factories, leak_roads
from crm_plus.tests.factories_teams import bare, make_team, no_teams, show
from crm_plus.tests.test_visibility import VisibilityCase, sales_person
from crm_plus.tests.visibility_oracle import OWNER

REFUSALS = (frappe.PermissionError, frappe.DoesNotExistError, frappe.LinkValidationError)
TEAMS = range(5)
AMOUNT = 1_000_003
# Who sits beside the salesperson of each team.
MATES = ("Sales Manager", "Support Team", "Marketing User", "Accounts User", "Sales User")


def text_of(ask: Any) -> str:
	"""Return all that a road shows, "" where it refuses."""
	try:
		return frappe.as_json(ask())
	except REFUSALS:
		frappe.clear_messages()
		return ""


class FiveTeamsCase(VisibilityCase):
	"""Each team of a tree (a top, two branches, two leaves) has a salesperson with one record of each kind, and somebody with another role."""

	names: ClassVar[dict[str, list[str]]]

	def setUp(self) -> None:
		super().setUp()
		no_teams()
		show("Team")
		self.people = [sales_person("Sales User", f"leak {number}") for number in TEAMS]
		self.mates = [sales_person(role, f"leak {role}") for role in MATES]
		self.viewers = [*enumerate(self.people), *enumerate(self.mates)]
		self.top = sales_person("Sales User", "leak top")
		self.pipeline = factories.make_pipeline().name
		root = make_team(leaders=[self.top])
		branches = [make_team([self.people[at], self.mates[at]], parent=root) for at in (0, 1)]
		for at in (2, 3, 4):
			make_team([self.people[at], self.mates[at]], parent=branches[at % 2])
		self.word = factories.unique("Secret")
		self.names = {kind: [] for kind in OWNER}
		for at in TEAMS:
			self.make_records(at)

	def make_records(self, at: int) -> None:
		person, word = self.people[at], f"{self.word} {at}"
		profile = factories.make_profile(
			full_name=word, profile_owner=person, email=f"secret{at}@{at}.example"
		)
		deal = factories.make_deal(
			**{"title": word, "customer_profile": profile.name, "deal_owner": person},
			**{"pipeline": self.pipeline, "stage": f"{self.pipeline}-New", "amount": AMOUNT * 10**at},
		)
		about = {"customer_profile": profile.name, "deal": deal.name, "subject": word}
		kept = {
			"Customer Profile": profile,
			"Deal": deal,
			"Interaction": bare("Interaction", interaction_owner=person, starts_on="2020-01-01", **about),
			"Follow Up": bare("Follow Up", assigned_to=person, due_on="2090-01-01", status="Open", **about),
		}
		for kind, doc in kept.items():
			self.names[kind].append(doc.name)
			self.make_company(kind, doc.name, word)

	def make_company(self, kind: str, name: str, word: str) -> None:
		"""Put something of each kind beside a record."""
		bare("Comment", comment_type="Comment", reference_doctype=kind, reference_name=name, content=word)
		bare("Communication", reference_doctype=kind, reference_name=name, subject=word)
		bare("File", file_name=word, attached_to_doctype=kind, attached_to_name=name, is_private=1)
		bare("Tag Link", tag="Secret", document_type=kind, document_name=name, title=word)
		bare("Document Follow", ref_doctype=kind, ref_docname=name, user="Administrator")
		for rows, parent in PARENTS.items():
			if parent == kind:
				bare(rows, parent=name, parenttype=kind, parentfield="rows", idx=1)
		bare("Version", ref_doctype=kind, docname=name, data=json.dumps({"changed": [["x", word, ""]]}))

	def others(self, at: int, kind: str) -> list[str]:
		return [name for number, name in enumerate(self.names[kind]) if number != at]

	def assert_tells_nothing(self, at: int, road: Any, shown: str) -> None:
		secrets = [f"{self.word} {number}" for number in TEAMS if number != at]
		secrets += [f"secret{number}@" for number in TEAMS if number != at]
		secrets += [name for kind in OWNER for name in self.others(at, kind)]
		found = [secret for secret in secrets if secret in shown]
		self.assertFalse(found, (at, road, shown[:2000]))

	def screens(self, user: str) -> dict[str, str]:
		"""Return all that the screens show to a user, by road."""
		with self.as_user(user):
			asks = leak_roads.screens(self.pipeline, factories.company(), self.word)
			return {road: text_of(ask) for road, ask in asks.items()}
