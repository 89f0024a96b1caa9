"""Requests as browsers and other clients send them: through Frappe's own application, on another connection than the test's."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import frappe
from frappe.core.doctype.user.user import generate_keys
from werkzeug.test import Client, TestResponse

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.connection import site_name

Answer = tuple[int, Any]


def user_with(*roles: str, user_type: str = "System User") -> str:
	"""Return a user with these roles alone, made once a site: Frappe lets only so many be made in an hour."""
	mark = frappe.scrub("-".join(roles) or user_type).replace("_", "-")
	email = f"edge-{mark}@example.com"
	if not frappe.db.exists("User", email):
		rows = [{"role": role} for role in roles]
		factories.make(
			"User", email=email, first_name="Edge", send_welcome_email=0, user_type=user_type, roles=rows
		)
	return email


def token_of(user: str) -> str:
	"""Return what a client of this user puts into its Authorization header."""
	secret = generate_keys(user)["api_secret"]
	return f"token {frappe.db.get_value('User', user, 'api_key')}:{secret}"


class RequestCase(CRMPlusTestCase):
	"""Sends requests. What they are to find must be committed first; what they write stays."""

	def send(self, path: str, args: dict[str, Any], *, method: str = "POST", token: str = "") -> Answer:
		"""Return status and body (JSON where it is some) of the answer; a thread of its own has Frappe's context of its own."""
		headers = {"X-Frappe-Site-Name": site_name(), "Accept": "application/json"}
		if token:
			headers["Authorization"] = token
		with ThreadPoolExecutor(1) as elsewhere:
			answer = elsewhere.submit(request, method, path, args, headers).result()
		return answer.status_code, body_of(answer)

	def call(self, function: str, args: dict[str, Any], *, method: str = "POST", token: str = "") -> Answer:
		"""Call a whitelisted function by its dotted path; returns status and the answer's body."""
		return self.send(f"/api/method/{function}", args, method=method, token=token)


def request(method: str, path: str, args: dict[str, Any], headers: dict[str, str]) -> TestResponse:
	"""Hand a request to the application, as a web server does."""
	from frappe.app import application

	given = {"query_string": as_text(args)} if method == "GET" else {"json": args}
	answer = Client(application).open(path, method=method, headers=headers, **given)
	answer.get_data()
	answer.close()
	return answer


def as_text(args: dict[str, Any]) -> dict[str, str]:
	"""Return arguments as an address carries them."""
	return {
		name: value if isinstance(value, str) else json.dumps(value)
		for name, value in args.items()
		if value is not None
	}


def body_of(answer: TestResponse) -> Any:
	"""Return the answer's JSON, else its text."""
	return answer.get_json(silent=True) or answer.get_data(as_text=True)


def sentences(body: Any) -> list[str]:
	"""Return the messages that an answer shows to the person who asked."""
	raw = body.get("_server_messages") if isinstance(body, dict) else None
	return [json.loads(one)["message"] for one in json.loads(raw)] if raw else []
