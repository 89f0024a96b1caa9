"""My Day's own "+": a follow-up planned in a short dialog, for a customer or for nobody; the whole form is one press away."""

from collections.abc import Callable

import frappe
import pytest
from playwright.sync_api import Locator, Page, expect

from browser.desk import FADED_IN, make_agent
from crm_plus.tests import factories

PASSWORD = "Plan-Pass-9x-crm"
FINGER = 44


@pytest.fixture
def agent() -> str:
	agent = make_agent(PASSWORD)
	frappe.db.commit()  # the browser's requests are other connections
	return agent


@pytest.fixture(params=[1280, 390])
def dialog(browser_page: Page, agent: str, login: Callable, request: pytest.FixtureRequest) -> Locator:
	page = browser_page
	page.set_viewport_size({"width": request.param, "height": 844})
	login(page, agent, PASSWORD)
	page.goto("/app/my-day")
	expect(page.locator(".day-list.today")).to_be_visible()
	page.locator(".page-head:visible .primary-action").click()
	dialog = page.locator(".crm-follow-up-dialog")
	expect(dialog).to_be_visible()
	page.wait_for_function(FADED_IN)  # then the focus stands in its first field
	return dialog


def choose_customer(dialog: Locator, profile: str, name: str) -> None:
	field = dialog.locator('[data-fieldname="customer_profile"] input')
	field.press_sequentially(name, delay=20)
	dialog.page.locator(".awesomplete [role=option]:visible", has_text=name).first.click()
	dialog.page.wait_for_function(
		"profile => cur_dialog.get_value('customer_profile') === profile", arg=profile
	)


def make_customer(agent: str) -> tuple[str, str]:
	profile = factories.make_profile(
		full_name=f"Planned Works {frappe.generate_hash(length=8)}", profile_owner=agent
	)
	frappe.db.commit()  # the browser's requests are other connections
	return profile.name, profile.full_name


def test_planned_for_a_customer_it_stands_in_the_day(dialog: Locator, agent: str) -> None:
	profile, name = make_customer(agent)
	for chip in dialog.locator(".crm-chips button, .modal-footer button:visible").all():
		box = chip.bounding_box()
		assert box is not None and (dialog.page.viewport_size["width"] > 500 or box["height"] >= FINGER)
	assert dialog.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
	dialog.locator('[data-fieldname="subject"] input').fill("Send the samples")
	dialog.get_by_role("button", name="Tomorrow").click()
	choose_customer(dialog, profile, name)
	dialog.locator(".btn-modal-primary").click()
	expect(dialog).to_have_count(0)
	expect(dialog.page.locator(".day-list.soon")).to_contain_text("Send the samples")
	frappe.db.rollback()  # a new snapshot: the browser's request has written meanwhile
	fields = ["subject", "assigned_to"]
	[made] = frappe.get_all("Follow Up", {"customer_profile": profile}, fields)
	assert (made.subject, made.assigned_to) == ("Send the samples", agent)


def test_the_full_form_takes_along_what_was_typed(dialog: Locator, agent: str) -> None:
	profile, name = make_customer(agent)
	dialog.locator('[data-fieldname="subject"] input').fill("Ring every month")
	choose_customer(dialog, profile, name)
	dialog.get_by_role("button", name="Full Form").click()
	page = dialog.page
	page.wait_for_function("() => window.cur_frm?.doctype === 'Follow Up' && cur_frm.is_new()")
	expect(dialog).to_have_count(0)
	assert page.evaluate("[cur_frm.doc.subject, cur_frm.doc.customer_profile]") == [
		"Ring every month",
		profile,
	]
