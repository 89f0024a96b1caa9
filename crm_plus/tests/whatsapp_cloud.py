"""WhatsApp's Cloud API of our own on this machine, and a stand-in for the app frappe_whatsapp where it is not installed.

The app has two shapes: one account in WhatsApp Settings, or a WhatsApp Account each. The stand-in has the fields that we
use of either and does what the app does: it sends when it is inserted, and raises an error of its own when that fails.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import frappe
from frappe.integrations.utils import make_post_request
from frappe.model.document import Document

from crm_plus.channels.whatsapp import ACCOUNT, DOCTYPE, SETTINGS
from crm_plus.tests.sms_gateway import serving

APP, NAME, TOKEN, PHONE = "frappe_whatsapp", "Reminders of a Test", "a token", "49150"
ACCOUNT_FIELDS = {"url": "Data", "version": "Data", "phone_id": "Data", "token": "Password"}
SHAPES: dict[str, dict[str, dict[str, str]]] = {
	ACCOUNT: {ACCOUNT: {"account_name": "Data", "is_default_outgoing": "Check", **ACCOUNT_FIELDS}},
	SETTINGS: {SETTINGS: ACCOUNT_FIELDS},
}
MESSAGE_FIELDS = {
	**dict.fromkeys(("type", "message_type", "content_type", "to", "from", "message_id", "status"), "Data"),
	"profile_name": "Data",
	"message": "Text",
}


class Cloud:
	"""What arrived, as (receiver, text); `status` is what it answers, `body` an answer of another kind than its own,
	`hangs_up` breaks the line after it has taken one."""

	def __init__(self) -> None:
		self.taken: list[tuple[str, str]] = []
		self.status, self.body, self.hangs_up = 200, "", False

	def texts(self, receiver: str) -> list[str]:
		"""Return what a number was sent; others may have waited for a gateway since before the test."""
		return [text for number, text in self.taken if number == receiver]

	def take(self, path: str, token: str, asked: Any) -> str:
		"""Return the answer to a request."""
		if path != f"/v21.0/{PHONE}/messages" or token != f"Bearer {TOKEN}":
			raise ValueError(path)
		if self.status != 200:
			return self.body or json.dumps({"error": {"code": 131030, "message": "Recipient is not allowed"}})
		self.taken.append((asked["to"], asked["text"]["body"]))
		return self.body or json.dumps({"messages": [{"id": frappe.generate_hash(length=12)}]})


def handler_for(cloud: Cloud) -> type[BaseHTTPRequestHandler]:
	"""Return the class that answers for a cloud."""

	class Handler(BaseHTTPRequestHandler):
		def do_POST(self) -> None:
			asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
			answer = cloud.take(self.path, self.headers["authorization"], asked)
			if cloud.hangs_up:
				self.connection.close()
				return
			self.send_response(cloud.status)
			self.send_header("Content-Type", "application/json")
			self.end_headers()
			self.wfile.write(answer.encode())

		def log_message(self, *args: object) -> None:
			"""Keep the test's output clean."""

	return Handler


class StandIn(Document):
	"""WhatsApp Message as the app has it."""

	def before_insert(self) -> None:
		"""Send, where it did not come in."""
		if self.get("type") == "Incoming":
			return
		try:
			account = account_of_site()
			address = f"{account.url}/{account.version}/{account.phone_id}/messages"
			token = account.get_password("token")
			data = {"to": self.get("to").removeprefix("+"), "text": {"body": self.get("message")}}
			headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
			self.message_id = make_post_request(address, headers=headers, data=json.dumps(data))["messages"][
				0
			]["id"]
		except Exception:
			# As the app does: an answer that is no JSON, or no answer at all, raises anew.
			frappe.throw(frappe.flags.integration_request.json()["error"]["message"])


def account_of_site() -> Any:
	"""Return the account that messages are sent with, in either shape."""
	if not frappe.db.exists("DocType", ACCOUNT):
		return frappe.get_doc(SETTINGS)
	return frappe.get_doc(ACCOUNT, {"is_default_outgoing": 1})


def shape_installed() -> str | None:
	"""Return the shape of the app that this site really has."""
	if APP not in frappe.get_installed_apps():
		return None
	return ACCOUNT if frappe.db.exists("DocType", ACCOUNT) else SETTINGS


def put_up(shape: str) -> None:
	"""Make the stand-in's DocTypes."""
	for doctype, fields in {DOCTYPE: MESSAGE_FIELDS, **SHAPES[shape]}.items():
		frappe.get_doc(
			{
				"doctype": "DocType",
				"name": doctype,
				"module": "CRM Plus",
				"custom": 1,
				"issingle": doctype == SETTINGS,
				"autoname": "field:account_name" if doctype == ACCOUNT else "hash",
				"fields": [
					{"fieldname": name, "fieldtype": kind, "label": name} for name, kind in fields.items()
				],
				"permissions": [{"role": "System Manager", "read": 1, "write": 1, "create": 1}],
			}
		).insert()
	frappe.controllers.setdefault(frappe.local.site, {})[DOCTYPE] = StandIn
	frappe.db.commit()  # tests on other connections see it


def take_down(shape: str) -> None:
	"""Remove the stand-in."""
	frappe.db.rollback()
	frappe.controllers[frappe.local.site].pop(DOCTYPE, None)
	for doctype in (DOCTYPE, *SHAPES[shape]):
		frappe.db.delete("Singles", {"doctype": doctype})
		frappe.delete_doc("DocType", doctype, force=True, ignore_missing=True)
	frappe.db.commit()  # what follows finds a site without it


def set_account(**values: Any) -> None:
	"""Store the account that messages are sent with."""
	if frappe.db.exists("DocType", ACCOUNT):
		values["is_default_outgoing"] = values.pop("is_default_outgoing", 1)
		there = frappe.db.exists(ACCOUNT, NAME)
		doc = frappe.get_doc(ACCOUNT, NAME) if there else frappe.new_doc(ACCOUNT, account_name=NAME)
	else:
		values.pop("is_default_outgoing", None)
		doc = frappe.get_single(SETTINGS)
	doc.update(values)
	doc.flags.ignore_mandatory = True
	doc.save()
	frappe.db.commit()  # the engine's transactions are its own


@contextmanager
def whatsapp_cloud() -> Iterator[Cloud]:
	"""Run a cloud and let the site use it while the block lasts."""
	cloud = Cloud()
	with serving(handler_for(cloud)) as address:
		set_account(url=address, version="v21.0", phone_id=PHONE, token=TOKEN)
		try:
			yield cloud
		finally:
			frappe.db.rollback()
			set_account(url="", phone_id="", is_default_outgoing=0)
