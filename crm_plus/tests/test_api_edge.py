"""Every function that a client may call, called by those who may not: over the same road that a browser takes."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

import frappe

import crm_plus
from crm_plus.tests import edge_examples, factories
from crm_plus.tests.factories_follow_ups import make_follow_up
from crm_plus.tests.factories_interactions import (
	captured,
	make_interaction,
	make_mail,
	make_person,
	wait_in_tray,
)
from crm_plus.tests.mail_server import outgoing_account
from crm_plus.tests.request_case import RequestCase, token_of, user_with
from crm_plus.tests.test_cards import CARDS

REFUSED = (401, 403)
NOT_SERVED = ("crm_plus.tests", "crm_plus.setup.demo", "crm_plus.patches")
# Runs of the adoption work in the background on the whole site: only refusals are tried here.
WITHOUT_CONTROL = ("start", "stop", "resume", "undo", "recount")
FOR_ADMINISTRATORS = ("linking_result", "notifications.resend", "personal_data.held", "personal_data.erase")
Examples = dict[str, Callable[["World"], dict[str, Any]]]


class World:
	"""Records that the examples name; made once."""

	def __init__(self) -> None:
		frappe.set_user("Administrator")
		self.pipeline = factories.make_pipeline().name
		self.customer = factories.make_customer().name
		self.profile = frappe.db.get_value("Customer Profile", {"erpnext_customer": self.customer})
		self.item = factories.make_item(rate=100).name
		self.deal = self.make_deal()
		self.snoozed = self.make_deal()
		self.lost = self.make_deal(stage="Lost", lost_reason=factories.make_lost_reason().name)
		self.title = frappe.db.get_value("Deal", self.deal, "title")
		self.mail = factories.make(
			"Communication", subject="Hello", reference_doctype="Deal", reference_name=self.deal
		).name
		self.company = factories.company()
		self.run = frappe.get_doc(
			{"doctype": "Adoption Run", "pipeline": self.pipeline, "company": self.company}
		).insert()
		self.interaction = make_interaction(customer_profile=self.profile).name
		planned = {"status": "Planned", "starts_on": "2090-01-02 10:00:00"}
		self.planned = make_interaction(customer_profile=make_person().name, **planned).name
		self.tray = [wait_in_tray() for _ in range(3)]
		self.mail = captured(make_mail(reference_doctype="Deal", reference_name=self.deal)).source_name

	def make_deal(self, stage: str = "New", **values: Any) -> str:
		items = [{"item_code": self.item, "rate": 100}]
		stage = f"{self.pipeline}-{stage}"
		return factories.make_deal(
			pipeline=self.pipeline, stage=stage, customer_profile=self.profile, items=items, **values
		).name

	def follow_up(self, **values: Any) -> str:
		"""Return a new one each time: most functions close it."""
		frappe.set_user("Administrator")
		name = make_follow_up(deal=self.deal, **values).name
		frappe.db.commit()  # the request is another connection
		return name

	def missed(self) -> str:
		"""Return a new plan each time whose day has passed."""
		frappe.set_user("Administrator")
		name = make_interaction(status="Planned", starts_on="2026-01-02 10:00:00").name
		frappe.db.commit()  # the request is another connection
		return name

	def stage(self, name: str) -> str:
		return f"{self.pipeline}-{name}"

	def modified(self, deal: str) -> str:
		frappe.db.commit()  # the requests before are other connections
		return str(frappe.db.get_value("Deal", deal, "modified"))


def of_run(world: World) -> dict[str, Any]:
	return {"run": world.run.name}


def of_deal(world: World) -> dict[str, Any]:
	return {"deal": world.deal}


EXAMPLES: Examples = {
	"accounting.deals_for_document": lambda world: {
		**{"doctype": "Deal", "txt": "", "searchfield": "name", "start": 0, "page_len": 20},
		"filters": {
			"document_type": "Sales Invoice",
			**{"party_type": "Customer", "party": world.customer},
			"company": world.company,
		},
	},
	"accounting.link_invoices": lambda world: {"pairs": [{"invoice": "none", "deal": world.deal}]},
	"accounting.linking_result": lambda world: {"run": "crm_plus_link_x"},
	"adoption.prepare": lambda world: {},
	"adoption.start": of_run,
	"adoption.stop": of_run,
	"adoption.resume": of_run,
	"adoption.undo": of_run,
	"adoption.recount": of_run,
	"adoption.progress": of_run,
	"adoption.kept": of_run,
	"board.columns": lambda world: {"filters": {"pipeline": world.pipeline}, "with_cards": True},
	"board.cards": lambda world: {"stage": world.stage("New"), "filters": {"pipeline": world.pipeline}},
	"board.changed": lambda world: {"deals": [world.deal], "filters": {"pipeline": world.pipeline}},
	"board.move": lambda world: {
		**{"deal": world.deal, "stage": world.stage("Talking"), "filters": {"pipeline": world.pipeline}},
		"modified": world.modified(world.deal),
	},
	**dict.fromkeys(("board.weighted_pipeline", "board.rotten_deals"), lambda world: {}),
	"board.stage_chart": lambda world: {"filters": {"pipeline": world.pipeline}},
	"deal_documents.documents_of_deal": of_deal,
	"deal_documents.documents_of_profile": lambda world: {"profile": world.profile},
	"deals.move": lambda world: {"deal": world.deal, "stage": world.stage("New")},
	"deals.snooze": lambda world: {"deal": world.snoozed, "until": "2090-01-01", "reason": "Holidays"},
	"deals.unsnooze": lambda world: {"deal": world.snoozed},
	"deals.reopen": lambda world: {"deal": world.lost},
	"deals.make_quotation": of_deal,
	"deals.stage_history": of_deal,
	"deals.stages": lambda world: {"pipeline": world.pipeline},
	"deals.reorder_stages": lambda world: {
		"pipeline": world.pipeline,
		"names": [world.stage(name) for name in ("Talking", "New", "Won", "Lost")],
	},
	"deals.item_details": lambda world: {
		**{"item_code": world.item, "company": world.company, "customer_profile": world.profile},
		"currency": frappe.get_cached_value("Company", world.company, "default_currency"),
	},
	"deals.exchange_rate": lambda world: {
		"currency": frappe.get_cached_value("Company", world.company, "default_currency"),
		"company": world.company,
	},
	"capture.start": lambda world: {},
	"capture.stop": lambda world: {},
	"capture.progress": lambda world: {},
	"unmatched.link": lambda world: {"mail": world.tray[0], "doctype": "Deal", "name": world.deal},
	"unmatched.new_profile": lambda world: {"mail": world.tray[1]},
	"unmatched.set_aside": lambda world: {"mail": world.tray[2]},
	"unmatched.take_back": lambda world: {"mail": world.tray[2]},
	"unmatched.count": lambda world: {},
	"interactions.calendar": lambda world: {"start": "2026-01-01", "end": "2026-02-01"},
	"interactions.reschedule": lambda world: {
		"args": {"name": world.planned, "starts_on": "2090-01-03 10:00:00"}
	},
	"interactions.close_plan": lambda world: {"interaction": world.missed(), "status": "No Show"},
	"interactions.postpone": lambda world: {"interaction": world.missed(), "until": "2090-01-01 09:00"},
	"interactions.choices": lambda world: {},
	"interactions.invitation": lambda world: {"interaction": world.planned},
	"interactions.log": lambda world: {
		"interaction": {"interaction_type": "Call", "customer_profile": world.profile, "outcome": "Reached"},
		"next_step": {"due_on": "2090-01-01 09:00:00"},
	},
	"interactions.relink": lambda world: {
		**{"name": world.mail, "reference_doctype": "Deal", "reference_name": world.deal},
	},
	**edge_examples.EXAMPLES,
	"follow_ups.complete": lambda world: {
		"follow_up": world.follow_up(),
		"answer": {"no_next_reason": "Done"},
	},
	"follow_ups.complete_many": lambda world: {"follow_ups": [world.follow_up()], "answer": {"note": "Done"}},
	"follow_ups.delegate": lambda world: {"follow_up": world.follow_up(), "colleague": "Administrator"},
	"follow_ups.snooze": lambda world: {"follow_up": world.follow_up(), "until": "2090-01-01 09:00"},
	"follow_ups.cancel": lambda world: {"follow_up": world.follow_up()},
	"follow_ups.reopen": lambda world: {"follow_up": world.follow_up(status="Done")},
	"follow_ups.preview": lambda world: {
		"values": {"due_on": "2090-01-31 09:00", "repeat": "Monthly by Date"}
	},
	"my_day.day": lambda world: {},
	"notifications.mine": lambda world: {},
	"notifications.save": lambda world: {
		"hours": {"quiet_from": "20:00", "quiet_to": "07:00"},
		"choices": [{"event": "deal_won", "in_app": 1, "email": 1}],
	},
	"notifications.resend": lambda world: {"names": ["none"]},
	**dict.fromkeys((f"insight.{card}" for card in CARDS), lambda world: {}),
	"profiles.find_duplicates": lambda world: {
		"full_name": frappe.db.get_value("Customer Profile", world.profile, "full_name")
	},
	"profiles.credit": lambda world: {"profile": world.profile, "company": world.company},
	"profiles.make_customer": lambda world: {"profile": world.profile},
	"search.find": lambda world: {"text": world.title},
	"timeline.entries": lambda world: {"doctype": "Deal", "name": world.deal},
	"timeline.mail": lambda world: {"doctype": "Deal", "name": world.deal, "mail": world.mail},
}


def functions() -> dict[str, Callable[..., Any]]:
	"""Return every whitelisted function of the app by its dotted path, in order, wherever it stands."""
	for module in pkgutil.walk_packages(crm_plus.__path__, "crm_plus."):
		if not module.name.startswith(NOT_SERVED):
			importlib.import_module(module.name)
	ours = {f"{one.__module__}.{one.__qualname__}": one for one in frappe.whitelisted}
	return {path: one for path, one in sorted(ours.items()) if path.startswith("crm_plus.")}


def example(path: str, world: World) -> dict[str, Any]:
	return EXAMPLES[path.removeprefix("crm_plus.api.")](world)


def methods_of(function: Callable[..., Any]) -> list[str]:
	return list(frappe.allowed_http_methods_for_whitelisted_func[function])


class TestEdge(RequestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.world = World()
		cls.callers = {
			"a guest": "",
			"a portal user": token_of(user_with("Customer", user_type="Website User")),
			"a user without a role": token_of(user_with()),
			"a user of other modules": token_of(user_with("Stock User", "Projects User", "HR User")),
		}
		cls.manager = token_of(user_with("Sales Manager", "Accounts Manager"))
		frappe.db.commit()  # the requests are other connections

	def test_every_function_stands_in_the_api_and_has_an_example(self) -> None:
		paths = functions()
		self.assertEqual({path for path in paths if not path.startswith("crm_plus.api.")}, set())
		self.assertEqual(set(EXAMPLES), {path.removeprefix("crm_plus.api.") for path in paths})

	def test_parameters_are_typed_and_none_switches_permissions_off(self) -> None:
		for path, function in functions().items():
			for parameter in inspect.signature(function).parameters.values():
				with self.subTest(path, parameter=parameter.name):
					self.assertIsNot(parameter.annotation, inspect.Parameter.empty)
					self.assertNotIn("ignore", parameter.name)
					self.assertNotIn(parameter.name, ("user", "flags", "permissions"))

	@outgoing_account()
	def test_the_examples_work_for_a_manager(self) -> None:
		"""Else the refusals below might have other reasons than who asks."""
		answers = {}
		for path, function in functions().items():
			if path.endswith(WITHOUT_CONTROL) and ".adoption." in path:
				continue
			args, method = example(path, self.world), methods_of(function)[0]
			answers[path] = self.call(path, args, method=method, token=self.manager)
		expected = {path: 403 if path.endswith(FOR_ADMINISTRATORS) else 200 for path in answers}
		self.assertEqual({path: status for path, (status, _body) in answers.items()}, expected, answers)
		self.assertIn(self.world.deal, str(answers["crm_plus.api.search.find"]))

	def test_outsiders_are_refused(self) -> None:
		for path, function in functions().items():
			if function in frappe.guest_methods:
				continue  # see test_guests and test_opt_outs
			args = example(path, self.world)
			for who, token in self.callers.items():
				if who == "a user of other modules" and path.endswith("alongside.contact_card"):
					continue  # as who keeps stock he plans deliveries: ERPNext tells him to whom
				with self.subTest(path, who=who):
					status, body = self.call(path, args, method=methods_of(function)[0], token=token)
					if status == 200:
						# The name that he came with tells him nothing.
						self.assertIn(body.get("message"), (None, [], args.get("docname")), body)
					else:
						self.assertIn(status, REFUSED, body)
					self.assertNotIn(self.world.title, str(body))
					self.assertNotIn(self.world.customer, str(body))

	def test_what_writes_is_not_done_by_following_a_link(self) -> None:
		"""A GET carries the reader's cookie from anywhere, and no token."""
		for path, function in functions().items():
			self.assertNotIn("DELETE", methods_of(function), f"{path} names no methods")
			if "GET" not in methods_of(function):
				with self.subTest(path):
					status, body = self.call(
						path, example(path, self.world), method="GET", token=self.manager
					)
					self.assertEqual(status, 403, body)

	def test_what_a_link_may_ask_writes_nothing(self) -> None:
		for path, function in functions().items():
			if "GET" in methods_of(function):
				with self.subTest(path):
					args = example(path, self.world)
					before = self.state()
					self.call(path, args, method="GET", token=self.manager)
					self.assertEqual(self.state(), before)

	def state(self) -> list[Any]:
		frappe.db.commit()  # nothing to write: the next reading sees what the request wrote
		tables = ("Deal", "Customer Profile", "Customer", "Stage Change", "Adoption Run", "Contact")
		return [
			frappe.get_all(table, ["name", "modified"], order_by="name", as_list=True) for table in tables
		]
