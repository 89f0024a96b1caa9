"""Pressed twice, no answer, no network, a session that ended: nothing is made twice, and nothing that was written is lost."""

import time
from collections.abc import Callable

import frappe
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from browser.desk import FADED_IN, end_session, make_agent
from crm_plus.tests import factories
from crm_plus.tests.factories_follow_ups import make_follow_up

PASSWORD = "Bad-Network-9x-crm"
SLOW_SECONDS = 1
LOG = "**/api/method/crm_plus.api.interactions.log"
DONE = "**/api/method/crm_plus.api.follow_ups.complete"
# Two presses before the page has drawn anything, as a double click on a slow telephone.
TWICE = "button => { button.click(); button.click(); }"
BELIEVES_OFFLINE = "Object.defineProperty(navigator, 'onLine', { get: () => false, configurable: true })"


@pytest.fixture
def agent() -> str:
	return make_agent(PASSWORD)


@pytest.fixture
def deal(agent: str) -> str:
	name = factories.make_deal(deal_owner=agent).name
	frappe.db.commit()  # the browser's requests are other connections
	return name


@pytest.fixture
def on_deal(phone: Page, login: Callable, agent: str, deal: str) -> Page:
	"""The deal's form, opened by its owner on a phone."""
	login(phone, agent, PASSWORD)
	open_deal(phone, deal)
	return phone


def open_deal(page: Page, deal: str) -> None:
	page.goto(f"/app/deal/{deal}")
	page.wait_for_function("() => window.cur_frm?.doc?.name && window.crm_plus?.log_interaction")
	page.wait_for_load_state("networkidle")


def write(page: Page, text: str) -> Locator:
	"""Open the quick log of the open deal and write into it; returns its Save button."""
	page.evaluate("() => void crm_plus.log_interaction({ deal: cur_frm.doc.name })")
	page.locator(".crm-quick-log .ql-editor").click()
	page.keyboard.type(text)
	return page.locator(".crm-quick-log .btn-modal-primary")


def slow(route: Route) -> None:
	time.sleep(SLOW_SECONDS)
	route.continue_()


def count(doctype: str, deal: str) -> int:
	frappe.db.rollback()  # a new snapshot
	return frappe.db.count(doctype, {"deal": deal})


def test_a_double_press_on_a_slow_network_makes_one(on_deal: Page, deal: str) -> None:
	save = write(on_deal, "They said yes")
	on_deal.route("**/api/method/**", slow)
	save.evaluate(TWICE)
	expect(on_deal.locator(".crm-quick-log")).to_have_count(0)
	on_deal.evaluate("deal => void crm_plus.new_follow_up({ deal, subject: 'Ring again' })", deal)
	dialog = on_deal.locator(".crm-follow-up-dialog")
	dialog.get_by_role("button", name="Tomorrow").click()
	dialog.locator(".btn-modal-primary").evaluate(TWICE)
	expect(dialog).to_have_count(0)
	on_deal.wait_for_timeout(2 * SLOW_SECONDS * 1000)
	assert (count("Interaction", deal), count("Follow Up", deal)) == (1, 1)


def test_done_pressed_twice_is_refused_nothing(phone: Page, login: Callable, agent: str, deal: str) -> None:
	make_follow_up(deal=deal, assigned_to=agent, subject="Ring them")
	make_follow_up(deal=deal, assigned_to=agent, subject="Another, so that Done needs no reason")
	frappe.db.commit()  # the browser's requests are other connections
	login(phone, agent, PASSWORD)
	phone.goto("/app/my-day")
	phone.locator(".day-item", has_text="Ring them").get_by_role("button", name="Done").click()
	phone.route("**/api/method/**", slow)
	phone.locator(".crm-follow-up-dialog .btn-modal-primary").evaluate(TWICE)
	expect(phone.locator(".day-item", has_text="Ring them")).to_have_count(0)
	phone.wait_for_timeout(2 * SLOW_SECONDS * 1000)
	expect(phone.locator(".msgprint:visible")).to_have_count(0)


def test_what_gets_no_answer_says_so_and_can_be_saved_again(on_deal: Page, deal: str) -> None:
	save = write(on_deal, "They said yes")
	on_deal.route(LOG, lambda route: route.abort())
	save.click()
	on_deal.get_by_text("The server did not answer: try again.").wait_for()
	expect(on_deal.locator(".crm-quick-log .ql-editor")).to_have_text("They said yes")
	on_deal.unroute(LOG)
	save.click()
	expect(on_deal.locator(".crm-quick-log")).to_have_count(0)
	assert count("Interaction", deal) == 1


def test_a_browser_that_believes_it_is_offline_does_not_claim_to_have_saved(on_deal: Page, deal: str) -> None:
	save = write(on_deal, "They said yes")
	on_deal.evaluate(BELIEVES_OFFLINE)
	save.click()
	on_deal.get_by_text("You are offline: nothing was saved.").wait_for()
	assert count("Interaction", deal) == 0
	on_deal.evaluate("delete navigator.onLine")
	save.click()
	expect(on_deal.locator(".crm-quick-log")).to_have_count(0)
	assert count("Interaction", deal) == 1


def test_what_was_written_outlives_the_session(on_deal: Page, login: Callable, agent: str, deal: str) -> None:
	save = write(on_deal, "A long talk")
	end_session(on_deal, agent, save)
	login(on_deal, agent, PASSWORD)
	open_deal(on_deal, deal)
	save = write(on_deal, "")
	expect(on_deal.locator(".crm-quick-log .ql-editor")).to_have_text("A long talk")
	save.click()
	expect(on_deal.locator(".crm-quick-log")).to_have_count(0)
	assert count("Interaction", deal) == 1
	write(on_deal, "")
	expect(on_deal.locator(".crm-quick-log .ql-editor")).to_have_text("")


def test_a_dialog_gives_the_focus_back(on_deal: Page, deal: str) -> None:
	opener = on_deal.locator(".page-head:visible button:visible").first
	opener.focus()
	for call in ("crm_plus.new_follow_up({ deal })", "crm_plus.log_interaction({ deal })"):
		on_deal.evaluate(f"deal => void {call}", deal)
		dialog = on_deal.locator(".crm-follow-up-dialog, .crm-quick-log")
		expect(dialog).to_have_count(1)
		on_deal.wait_for_function(FADED_IN)
		dialog.locator(".btn-modal-close").click()  # version 16 keeps Escape for a link's suggestions
		expect(dialog).to_have_count(0)
		expect(opener).to_be_focused()


def close_before_the_answer(page: Page, method: str, dialog: Locator, press: Locator) -> None:
	"""Send a dialog, close it while its request is on its way, and only then let the request reach the server."""
	held: list[Route] = []
	page.route(method, lambda route: held.append(route))
	with page.expect_request(method):
		press.click()
	dialog.locator(".btn-modal-close").click()
	expect(dialog).to_have_count(0)
	held.pop().continue_()


def test_what_is_closed_while_it_is_sent_is_not_asked_for_again(on_deal: Page, deal: str) -> None:
	save = write(on_deal, "They said yes")
	log = on_deal.locator(".crm-quick-log")
	on_deal.wait_for_function(FADED_IN)
	close_before_the_answer(on_deal, LOG, log, save)
	on_deal.get_by_text("Logged").first.wait_for()
	write(on_deal, "")
	expect(log.locator(".ql-editor")).to_have_text("")
	assert count("Interaction", deal) == 1


def test_a_follow_up_done_while_its_dialog_was_closed_leaves_the_day(
	phone: Page, login: Callable, agent: str, deal: str
) -> None:
	done, _other = (
		make_follow_up(deal=deal, assigned_to=agent, subject=f"Ring {who}") for who in ("Ann", "Bob")
	)
	frappe.db.commit()  # the browser's requests are other connections
	login(phone, agent, PASSWORD)
	phone.goto("/app/my-day")
	item = phone.locator(f'.day-item[data-name="{done.name}"]')
	item.get_by_role("button", name="Done").click()
	dialog = phone.locator(".crm-follow-up-dialog")
	phone.wait_for_function(FADED_IN)
	dialog.locator("textarea").first.fill("She comes")
	close_before_the_answer(phone, DONE, dialog, dialog.locator(".btn-modal-primary"))
	expect(item).to_have_count(0)
	assert (
		phone.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('crm_plus_draft'))") == []
	)
