"""A gateway for short messages of our own on this machine, which Frappe's SMS Settings are pointed to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import frappe

GATEWAY_FIELDS = ("sms_gateway_url", "message_parameter", "receiver_parameter", "use_post")


class Gateway:
	"""What arrived, as (receiver, text); `status` is what it answers, `hangs_up` breaks the line after it has taken one."""

	def __init__(self) -> None:
		self.taken: list[tuple[str, str]] = []
		self.status = 200
		self.hangs_up = False

	def texts(self, receiver: str) -> list[str]:
		"""Return what a number was sent; others may have waited for a gateway since before the test."""
		return [text for number, text in self.taken if number == receiver]


def handler_for(gateway: Gateway) -> type[BaseHTTPRequestHandler]:
	"""Return the class that answers for a gateway."""

	class Handler(BaseHTTPRequestHandler):
		def do_GET(self) -> None:
			asked = parse_qs(urlsplit(self.path).query)
			if gateway.status == 200:
				gateway.taken.append((asked["to"][0], asked["text"][0]))
			if gateway.hangs_up:
				self.connection.close()
				return
			self.send_response(gateway.status)
			self.end_headers()

		def log_message(self, *args: object) -> None:
			"""Keep the test's output clean."""

	return Handler


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
	"""Run a server on this machine while the block lasts; gives its address."""
	server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
	threading.Thread(target=server.serve_forever, daemon=True).start()
	try:
		yield f"http://127.0.0.1:{server.server_address[1]}"
	finally:
		server.shutdown()
		server.server_close()


@contextmanager
def sms_gateway() -> Iterator[Gateway]:
	"""Run a gateway and let the site use it while the block lasts."""
	gateway = Gateway()
	settings = frappe.get_single("SMS Settings")
	before = {field: settings.get(field) for field in GATEWAY_FIELDS}
	with serving(handler_for(gateway)) as address:
		settings.update(dict(zip(GATEWAY_FIELDS, (f"{address}/send", "text", "to", 0), strict=True)))
		settings.set("parameters", [])
		settings.flags.ignore_mandatory = True
		settings.save()
		frappe.db.commit()  # workers are other connections
		try:
			yield gateway
		finally:
			frappe.db.rollback()
			settings.reload()
			settings.update(before)
			settings.flags.ignore_mandatory = True
			settings.save()
			frappe.db.commit()  # the server is going: nobody may go on using it
