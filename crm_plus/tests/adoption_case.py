"""What the tests of adoption share: running it to its end without a worker, and counting what the site has."""

from collections.abc import Callable, Iterable
from typing import Any

import frappe

from crm_plus.jobs import adoption as job
from crm_plus.tests import factories as make
from crm_plus.tests import factories_adoption as old
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.workflows import adoption, adoption_undo

# Everything that adoption may write to.
INVOLVED = (
	*("Customer Profile", "Customer Profile Link", "Deal", "Deal Item", "Stage Change", "Adoption Entry"),
	*(
		"Lost Reason",
		"Customer Source",
		"Comment",
		"File",
		"Tag Link",
		"ToDo",
		"Dynamic Link",
		"Communication Link",
	),
	*(
		"Follow Up",
		"Contact",
		"Customer",
		"Lead",
		"Prospect",
		"Opportunity",
		"Version",
		"Notification Log",
		"Email Queue",
	),
)


def the_user(email: str, *roles: str) -> str:
	"""Return a user with these roles, made once a site: Frappe throttles the making of users."""
	if not frappe.db.exists("User", email):
		user = frappe.get_doc(
			{"doctype": "User", "email": email, "first_name": email.split("@")[0], "send_welcome_email": 0}
		).insert()
		user.add_roles(*roles)
	return email


class AdoptionTestCase(CRMPlusTestCase):
	"""Runs adoption in this process; every test ends with everything undone."""

	def setUp(self) -> None:
		super().setUp()
		self.owners = [the_user(f"adoption-{number}@example.com", "Sales User") for number in range(3)]
		self.items = [make.make_item(100).name for _ in range(2)]
		self.runs: list[str] = []
		self.commit()

	def tearDown(self) -> None:
		frappe.db.rollback()
		for run in reversed(self.runs):
			if frappe.db.get_value("Adoption Run", run, "status") != "Undone":
				self.undo(run)
		super().tearDown()

	def prepare(self) -> str:
		"""Make a run ready, as the form's Start does."""
		run = adoption.prepare().name
		frappe.db.set_value("Adoption Run", run, "then_take_past", 0)
		adoption.begin(run)
		adoption.set_running(run)
		self.commit()
		self.runs.append(run)
		return run

	def adopt(self) -> str:
		"""Run adoption to its end."""
		run = self.prepare()
		self.work(run)
		self.assertEqual(self.status(run), "Finished", frappe.db.get_value("Adoption Run", run, "last_error"))
		return run

	def go_on(self, run: str) -> None:
		"""Resume a run, as the form does."""
		adoption.set_running(run)
		self.commit()
		self.work(run)

	def undo(self, run: str) -> None:
		"""Take a run back to its end."""
		adoption_undo.begin(run)
		self.go_on(run)

	def work(self, run: str, on_batch: Callable[[str], None] | None = None) -> None:
		"""Do what a background worker does."""
		job.work(run, on_batch or (lambda _run: None))

	def status(self, run: str) -> str:
		"""Return a run's status."""
		return frappe.db.get_value("Adoption Run", run, "status")

	def counts(self) -> dict[str, int]:
		"""Count the rows of everything that adoption may write to."""
		return {doctype: frappe.db.count(doctype) for doctype in INVOLVED}

	def became(self, doctype: str, name: str) -> Any:
		"""Return the record that a source became."""
		where = {"source_doctype": doctype, "source_name": name, "kind": ["in", ["Party", "Deal"]]}
		entry = frappe.db.get_value("Adoption Entry", where, ["target_doctype", "target_name"])
		self.assertTrue(entry and entry[1], f"{doctype} {name} became nothing")
		return frappe.get_doc(*entry)

	def pairs(
		self, doctype: str, names: Iterable[str], there: list[str], target: str, here: list[str]
	) -> list[Any]:
		"""Return (values there, values here) of sources and what they became, read from both tables."""
		sources = frappe.get_all(doctype, {"name": ["in", list(names)]}, ["name", *there])
		where = {"source_doctype": doctype, "source_name": ["in", list(names)], "target_doctype": target}
		targets = dict(
			frappe.get_all(
				"Adoption Entry",
				{**where, "kind": ["in", ["Party", "Deal"]]},
				["source_name", "target_name"],
				as_list=True,
			)
		)
		self.assertEqual(len(targets), len(sources))
		records = {
			row.name: row
			for row in frappe.get_all(target, {"name": ["in", list(targets.values())]}, ["name", *here])
		}
		return [
			(tuple(row[key] for key in there), tuple(records[targets[row.name]][key] for key in here))
			for row in sources
		]

	def past(self, leads: int, opportunities: int) -> tuple[list[str], list[str]]:
		"""Make leads and opportunities in bulk."""
		with old.before_crm_plus():
			made = old.make_leads(leads, self.owners)
			sales = (
				old.make_opportunities(made, opportunities, self.owners, self.items) if opportunities else []
			)
		self.commit()
		return made, sales
