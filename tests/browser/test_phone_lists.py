"""Lists on a telephone begin with their records, not with a stack of filters; what is set out of sight is told."""

from collections.abc import Callable

import frappe
import pytest
from playwright.sync_api import Page, expect

from browser.desk import FADED_IN, make_agent
from crm_plus.tests import factories

PASSWORD = "Phone-Lists-9x-crm"
FILTERS = ".standard-filter-section:visible .frappe-control:visible"
PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
SMALLEST_TARGET = 44


@pytest.fixture
def deal() -> str:
	agent = make_agent(PASSWORD)
	deal = factories.make_deal(deal_owner=agent).name
	frappe.db.commit()  # the browser's requests are other connections
	return deal


@pytest.fixture
def page(browser_page: Page, deal: str, login: Callable) -> Page:
	login(browser_page, frappe.db.get_value("Deal", deal, "deal_owner"), PASSWORD)
	browser_page.set_viewport_size(PHONE)
	return browser_page


def open_list(page: Page, route: str, doctype: str) -> None:
	page.goto(f"/app/{route}")
	page.wait_for_function(
		"doctype => window.cur_list?.doctype === doctype && cur_list.filter_area", arg=doctype
	)
	page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("doctype", ["Deal", "Customer Profile", "Follow Up", "Interaction"])
def test_one_filter_at_most_stands_before_the_records(page: Page, doctype: str) -> None:
	open_list(page, frappe.scrub(doctype).replace("_", "-"), doctype)
	assert page.locator(FILTERS).count() <= 1
	assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_other_filters_are_one_press_away_and_told_when_set(page: Page, deal: str) -> None:
	open_list(page, "deal?status=Open", "Deal")
	if page.evaluate("Boolean(cur_list.filter_area.toggle_standard_filter)"):
		pytest.skip("This version of Frappe folds the filters of every list by itself.")
	button = page.locator(".crm-filter-toggle:visible")
	expect(button.locator(".crm-filter-count")).to_have_text("1")
	box = button.bounding_box()
	assert box is not None and min(box["width"], box["height"]) >= SMALLEST_TARGET
	title = frappe.db.get_value("Deal", deal, "title")
	page.locator(FILTERS).locator("input").fill(title)
	expect(page.locator(".list-row:visible")).to_have_count(1)
	button.click()
	expect(button).to_have_attribute("aria-expanded", "true")
	status = page.locator(".standard-filter-section:visible select[data-fieldname=status]")
	expect(status).to_have_value("Open")
	for filter in page.locator(FILTERS).locator("input:visible, select:visible").all():
		if filter.get_attribute("type") == "checkbox":
			continue
		box = filter.bounding_box()
		assert box is not None and box["height"] >= SMALLEST_TARGET
	status.select_option("Won")
	expect(page.locator(".list-row:visible")).to_have_count(0)
	status.select_option("")
	expect(page.locator(".list-row:visible")).to_have_count(1)
	expect(button.locator(".crm-filter-count")).to_be_hidden()
	button.click()
	expect(page.locator(FILTERS)).to_have_count(1)


def test_a_follow_up_is_planned_from_its_list_in_the_short_dialog(page: Page, deal: str) -> None:
	agent = frappe.db.get_value("Deal", deal, "deal_owner")
	open_list(page, f"follow-up?assigned_to={agent}", "Follow Up")
	page.locator(".page-head:visible .primary-action").click()
	dialog = page.locator(".crm-follow-up-dialog")
	expect(dialog).to_be_visible()
	page.wait_for_function(FADED_IN)
	subject = f"Ring {frappe.generate_hash(length=8)}"
	dialog.locator('[data-fieldname="subject"] input').fill(subject)
	dialog.get_by_role("button", name="Tomorrow").click()
	dialog.locator(".btn-modal-primary").click()
	expect(dialog).to_have_count(0)
	expect(page.locator(".list-row:visible", has_text=subject)).to_have_count(1)


def test_a_laptop_shows_them_all(page: Page) -> None:
	page.set_viewport_size(LAPTOP)
	open_list(page, "deal", "Deal")
	expect(
		page.locator(".standard-filter-section:visible select[data-fieldname=billing_status]")
	).to_be_visible()
	expect(page.locator(".crm-filter-toggle:visible")).to_have_count(0)
