"""My Notifications on a desk and on a telephone: chosen, saved, still there after a reload, and obeyed."""

from collections.abc import Callable
from dataclasses import dataclass

import frappe
import pytest
from playwright.sync_api import Locator, Page, expect

from browser.desk import make_agent
from crm_plus.rules.notices import IN_APP
from crm_plus.tests import factories
from crm_plus.tests.factories_reminders import rows

PASSWORD = "Notices-Pass-9x-crm"
WIDTHS = (1280, 390)
FINGER = 44
SMALL = """least => [...document.querySelectorAll('.mn-body label, .mn-body select')]
	.filter((one) => one.offsetParent && one.getBoundingClientRect().height < least).map((one) => one.outerHTML.slice(0, 100))"""


@dataclass(frozen=True)
class World:
	"""An agent with two deals, in a pipeline of its own."""

	agent: str
	pipeline: str
	deals: tuple[str, str]


@pytest.fixture
def world() -> World:
	agent = make_agent(PASSWORD)
	pipeline = factories.make_pipeline().name
	values = {"deal_owner": agent, "pipeline": pipeline, "stage": f"{pipeline}-New"}
	first, second = (factories.make_deal(**values).name for _ in range(2))
	frappe.db.commit()  # the browser's requests are other connections
	return World(agent, pipeline, (first, second))


def bell(page: Page, event: str) -> Locator:
	return page.get_by_role("checkbox", name=f"{event}: Bell")


def open_choices(page: Page) -> None:
	page.goto("/app/my-notifications")
	expect(bell(page, "A deal is won").first).to_be_visible()
	page.wait_for_load_state("networkidle")


def move(deal: str, stage: str) -> None:
	frappe.db.rollback()  # a new snapshot: the browser's request has written meanwhile
	frappe.get_doc("Deal", deal).update({"stage": stage}).save()
	frappe.db.commit()  # ends the request of somebody who moves the deal


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_chosen_is_kept_and_obeyed(
	browser_page: Page, world: World, login: Callable, width: int
) -> None:
	page = browser_page
	page.set_viewport_size({"width": width, "height": 844})
	login(page, world.agent, PASSWORD)
	open_choices(page)
	assert page.evaluate("document.documentElement.scrollWidth") <= width
	if width < 500:
		assert page.evaluate(SMALL, FINGER) == []
	won, moved = bell(page, "A deal is won").first, bell(page, "A deal moves to another stage").first
	expect(won).to_be_checked()
	won.uncheck()
	page.get_by_label("A follow-up is due: How long before").first.select_option("60")
	page.locator("input[data-hour=quiet_from]").fill("21:30")
	page.locator("input[data-hour=saturday]").check(force=True)
	page.locator(".page-head:visible .primary-action").click()
	expect(page.locator(".desk-alert", has_text="Saved").first).to_be_visible()
	open_choices(page)
	expect(won).not_to_be_checked()
	expect(moved).to_be_checked()
	expect(page.get_by_label("A follow-up is due: How long before").first).to_have_value("60")
	expect(page.locator("input[data-hour=quiet_from]")).to_have_value("21:30")
	expect(page.locator("input[data-hour=saturday]")).to_be_checked()
	assert obeyed(world) == ([], [IN_APP])


def obeyed(world: World) -> tuple[list[str], list[str]]:
	"""Win one deal and move the other, as somebody else; return by which bells the agent hears of each."""
	frappe.set_user("Administrator")
	first, second = world.deals
	move(first, f"{world.pipeline}-Won")
	move(second, f"{world.pipeline}-Talking")
	heard = [[row.channel for row in rows(world.agent, event=event)] for event in ("deal_won", "deal_moved")]
	return heard[0], [channel for channel in heard[1] if channel == IN_APP]


def test_back_to_the_defaults(browser_page: Page, world: World, login: Callable) -> None:
	page = browser_page
	login(page, world.agent, PASSWORD)
	open_choices(page)
	bell(page, "A deal is won").first.uncheck()
	page.locator(".page-head:visible .menu-btn-group button").click()
	page.locator(".page-head:visible .dropdown-menu a:visible", has_text="Back to the defaults").click()
	expect(bell(page, "A deal is won").first).to_be_checked()


def test_who_leaves_without_saving_is_told_and_finds_it_again(
	browser_page: Page, world: World, login: Callable
) -> None:
	page = browser_page
	asks_to_stay = """() => {
		const leaving = new Event("beforeunload", { cancelable: true });
		window.dispatchEvent(leaving);
		return leaving.defaultPrevented;
	}"""
	login(page, world.agent, PASSWORD)
	open_choices(page)
	assert not page.evaluate(asks_to_stay)
	bell(page, "A deal is won").first.uncheck()
	assert page.evaluate(asks_to_stay)
	page.evaluate("frappe.set_route('my-day')")
	told = page.locator(".desk-alert", has_text="Your changes are not saved yet")
	expect(told).to_be_visible()
	assert page.evaluate(asks_to_stay)
	told.locator("a", has_text="My Notifications").click()
	expect(bell(page, "A deal is won").first).not_to_be_checked()
	expect(told).to_have_count(0)
	expect(page.locator(".page-head:visible .indicator-pill", has_text="Not Saved")).to_be_visible()
	page.locator(".page-head:visible .primary-action").click()
	expect(page.locator(".page-head:visible .indicator-pill", has_text="Not Saved")).to_be_hidden()
	assert not page.evaluate(asks_to_stay)
