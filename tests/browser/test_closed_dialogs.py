"""Done, Snooze and Hand Over closed by a slip, with the cross or with Escape: what was typed is back when they are opened again, once."""

from collections.abc import Callable
from dataclasses import dataclass

import frappe
import pytest
from frappe.utils import now_datetime
from frappe.utils.password import update_password
from playwright.sync_api import Locator, Page, expect

from browser.desk import FADED_IN
from crm_plus.tests import factories
from crm_plus.tests.factories_follow_ups import make_follow_up

PASSWORD = "Closed-Dialogs-9x-crm"
BACK = "What you had written and not saved is back."
DIALOG = ".crm-follow-up-dialog"
# Escape is heard by the dialog, wherever the focus is on either version.
ESCAPE = "() => $('.modal.show').modal('hide')"
WIDTHS = (1280, 390)


@dataclass(frozen=True)
class World:
	"""An agent with two follow-ups of one deal, and a colleague."""

	agent: str
	colleague: str
	due: str
	other: str


@pytest.fixture
def world() -> World:
	frappe.set_user("Administrator")
	agent, colleague = (factories.make_user("Sales User").name for _ in range(2))
	update_password(agent, PASSWORD)
	deal = factories.make_deal(deal_owner=agent).name
	due, other = (
		make_follow_up(deal=deal, assigned_to=agent, subject="Ring them", due_on=now_datetime()).name
		for _ in range(2)
	)
	frappe.db.commit()  # the browser's requests are other connections
	return World(agent, colleague, due, other)


@pytest.fixture(params=WIDTHS)
def page(browser_page: Page, world: World, login: Callable, request: pytest.FixtureRequest) -> Page:
	browser_page.set_viewport_size({"width": request.param, "height": 844})
	login(browser_page, world.agent, PASSWORD)
	return browser_page


def open_dialog(page: Page, act: str, name: str) -> Locator:
	"""Open a dialog of the open follow-up as its button does; return it when it can be closed."""
	page.evaluate(
		"([act, name]) => void crm_plus.follow_up[act](frappe.get_doc('Follow Up', name))", [act, name]
	)
	dialog = page.locator(DIALOG)
	expect(dialog).to_be_visible()
	page.wait_for_function(FADED_IN)
	return dialog


def open_form(page: Page, name: str) -> None:
	page.goto(f"/app/follow-up/{name}")
	page.wait_for_function(
		"name => window.cur_frm?.doc?.name === name && window.crm_plus?.follow_up", arg=name
	)
	page.wait_for_load_state("networkidle")


def close(page: Page, dialog: Locator) -> None:
	dialog.locator(".btn-modal-close").click()
	expect(dialog).to_have_count(0)


def test_what_came_out_is_back_and_gone_once_it_is_stored(page: Page, world: World) -> None:
	open_form(page, world.due)
	dialog = open_dialog(page, "finish", world.due)
	dialog.locator("textarea").first.press_sequentially("They want two")
	log_as = dialog.locator('[data-fieldname="interaction_type"] select')
	log_as.select_option("Meeting")
	dialog.get_by_role("button", name="In 3 days").click()
	close(page, dialog)
	dialog = open_dialog(page, "finish", world.due)
	page.get_by_text(BACK).first.wait_for()
	expect(dialog.locator("textarea").first).to_have_value("They want two")
	expect(log_as).to_have_value("Meeting")
	expect(dialog.get_by_role("button", name="In 3 days")).to_have_attribute("aria-pressed", "true")
	page.evaluate(ESCAPE)
	expect(dialog).to_have_count(0)
	dialog = open_dialog(page, "finish", world.due)
	expect(dialog.locator("textarea").first).to_have_value("They want two")
	dialog.locator(".btn-modal-primary").click()
	expect(dialog).to_have_count(0)
	frappe.db.rollback()  # a new snapshot: the browser's request has written meanwhile
	assert frappe.db.get_value("Follow Up", world.due, ["status", "outcome_note"]) == (
		"Done",
		"They want two",
	)
	dialog = open_dialog(page, "finish", world.due)
	expect(dialog.locator("textarea").first).to_have_value("")


def test_a_time_of_ones_own_is_back_for_the_same_follow_up_alone(page: Page, world: World) -> None:
	open_form(page, world.other)
	open_form(page, world.due)
	dialog = open_dialog(page, "snooze", world.due)
	dialog.get_by_role("button", name="Tomorrow").click()
	close(page, dialog)
	dialog = open_dialog(page, "snooze", world.due)
	expect(dialog.locator("[aria-pressed=true]")).to_have_count(0)
	dialog.get_by_role("button", name="Another time").click()
	dialog.locator(".crm-own-time").fill("2031-01-07T10:00")
	close(page, dialog)
	page.evaluate("name => frappe.model.with_doc('Follow Up', name)", world.other)
	dialog = open_dialog(page, "snooze", world.other)
	expect(dialog.locator("[aria-pressed=true]")).to_have_count(0)
	close(page, dialog)
	dialog = open_dialog(page, "snooze", world.due)
	expect(dialog.locator(".crm-own-time")).to_have_value("2031-01-07T10:00")
	dialog.locator(".btn-modal-primary").click()
	expect(dialog).to_have_count(0)
	frappe.db.rollback()  # a new snapshot: the browser's request has written meanwhile
	assert str(frappe.db.get_value("Follow Up", world.due, "due_on")).startswith("2031-01-07")


def test_to_whom_it_goes_is_back_and_what_was_emptied_is_not(page: Page, world: World) -> None:
	open_form(page, world.due)
	dialog = open_dialog(page, "delegate", world.due)
	to = dialog.locator('[data-fieldname="colleague"] input')
	to.press_sequentially(world.colleague, delay=20)
	page.locator(".awesomplete [role=option]:visible", has_text=world.colleague).first.click()
	close(page, dialog)
	dialog = open_dialog(page, "delegate", world.due)
	expect(to).to_have_value(world.colleague)
	to.fill("")
	to.press("Tab")
	close(page, dialog)
	dialog = open_dialog(page, "delegate", world.due)
	expect(to).to_have_value("")
