"""What a person does in ERPNext's Desk, in a few verbs: open a form, fill it, save, submit, press a button."""

import time

import frappe
from frappe.sessions import clear_sessions
from frappe.utils.password import update_password
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from playwright.sync_api import TimeoutError as NothingHeard

from browser.serving import PATIENCE
from crm_plus.tests import factories
from crm_plus.tests.connection import STEADY_ZONE

WORKER_SECONDS = 120
# Bootstrap closes nothing while it fades in.
FADED_IN = """() => { const modal = $('.modal.show').data('bs.modal'); return modal?._isShown && !modal._isTransitioning; }"""


def make_agent(password: str) -> str:
	"""Insert a salesperson who can log in; the caller commits."""
	frappe.set_user("Administrator")
	agent = factories.make_user("Sales User").name
	update_password(agent, password)
	return str(agent)


def end_session(page: Page, user: str, press: Locator) -> None:
	"""Have a user's session end, and let him press a button without knowing; he is asked to log in."""
	# A request still on its way would store the session anew as it ends, and nobody would be asked.
	page.wait_for_function("() => !window.jQuery.active")
	clear_sessions(user=user, force=True)
	frappe.db.commit()  # the browser's requests are other connections
	press.click()
	page.wait_for_url("**/login**")


def new_browser(chromium: Browser, served: str, width: int, height: int, **values: bool) -> BrowserContext:
	"""Return somebody's own browser, not logged in; its clock is the site's, so that both speak of the same day."""
	whose = {"base_url": served, "locale": "en-US", "timezone_id": STEADY_ZONE}
	context = chromium.new_context(**whose, viewport={"width": width, "height": height}, **values)
	context.set_default_timeout(PATIENCE)
	return context


def wait_for(doctype: str, **filters: str) -> int:
	"""Count records that a worker is about to make; 0 where there is none after WORKER_SECONDS."""
	end = time.monotonic() + WORKER_SECONDS
	while not (count := frappe.db.count(doctype, filters)) and time.monotonic() < end:
		time.sleep(0.3)
		frappe.db.rollback()  # a new snapshot
	return count


def wait_for_news(page: Page, doctype: str) -> None:
	"""Wait until the page hears of what others change: its subscription is no request that could be waited for."""
	page.evaluate("() => { window.heard = 0; frappe.realtime.on('list_update', () => window.heard++); }")
	end = time.monotonic() + WORKER_SECONDS
	while time.monotonic() < end:
		frappe.publish_realtime("list_update", {"doctype": doctype, "name": "nobody's"}, doctype=doctype)
		try:
			page.wait_for_function("() => window.heard", timeout=1000)
		except NothingHeard:
			continue
		return
	raise AssertionError("The page never heard of anything: is socket.io there?")


class Desk:
	"""A page of the Desk in the hands of one user."""

	def __init__(self, page: Page) -> None:
		self.page = page

	def open(self, route: str) -> None:
		"""Go to a route such as "deal/DEAL-2026-00001" and wait until its form or list is there."""
		self.page.goto(f"/app/{route}")
		self.page.wait_for_function("() => ((window.frappe?.get_route && frappe.get_route()) || [])[0]")
		self.settle()

	def settle(self) -> None:
		"""Wait until no request is under way."""
		self.page.wait_for_load_state("networkidle")
		self.page.wait_for_function("() => !window.frappe?.request?.ajax_count")

	def field(self, name: str) -> Locator:
		"""Return the input of a field of the open form or dialog."""
		return self.page.locator(
			f'.page-container:visible [data-fieldname="{name}"] :is(input, select, textarea)'
		).first

	def type_into(self, name: str, text: str) -> None:
		"""Type a value into a field and leave it, as a person does."""
		field = self.field(name)
		field.scroll_into_view_if_needed()
		field.fill(text)
		field.press("Tab")
		self.settle()

	def choose(self, name: str, text: str) -> None:
		"""Type into a link field and take the first suggestion that shows the text."""
		field = self.field(name)
		field.scroll_into_view_if_needed()
		field.click()
		field.press_sequentially(text, delay=20)
		self.page.locator(".awesomplete li:visible", has_text=text).first.click()
		self.settle()

	def press(self, label: str) -> None:
		"""Press a button of the form's head by its label; those of a menu by "Menu > Label"."""
		for part in label.split(" > "):
			self.page.locator(
				".page-head:visible button:visible, .page-head:visible .dropdown-menu a:visible",
				has_text=part,
			).first.click()
		self.settle()

	def save(self) -> None:
		"""Save the open form, and wait until it is saved."""
		self.page.keyboard.press("Control+s")
		self.page.wait_for_function("cur_frm && !cur_frm.is_new() && !cur_frm.is_dirty()")
		self.settle()

	def submit(self) -> None:
		"""Submit the open form and answer its question."""
		self.page.locator(".page-head:visible .primary-action", has_text="Submit").click()
		self.page.locator(".modal:visible .btn-primary", has_text="Yes").click()
		self.page.wait_for_function("cur_frm && cur_frm.doc.docstatus === 1")
		self.settle()

	def name(self) -> str:
		"""Return the name of the open form's document."""
		return self.page.evaluate("cur_frm.doc.name")

	def see(self, text: str) -> None:
		"""Expect a text on the page."""
		expect(self.page.locator("body")).to_contain_text(text)
