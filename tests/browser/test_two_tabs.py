"""A deal that was changed meanwhile in another tab: one sentence, no error behind it, and the form shows where the deal stands."""

from collections.abc import Callable

import frappe
import pytest
from playwright.sync_api import Locator, Page, expect

from browser.desk import make_agent
from crm_plus.tests import factories

PASSWORD = "Two-Tabs-9x-crm"
SENTENCE = "This deal was changed meanwhile"
# The other tab's news must not come before the press.
DEAF = "() => frappe.realtime.off('doc_update')"


@pytest.fixture
def deal() -> str:
	agent = make_agent(PASSWORD)
	pipeline = factories.make_pipeline(("New", "Talking", "Offered", "Won", "Lost")).name
	deal = factories.make_deal(pipeline=pipeline, deal_owner=agent)
	frappe.db.commit()  # the browser's requests are other connections
	return deal.name


def stage(page: Page, name: str) -> Locator:
	return page.locator(".crm-stage:visible", has_text=name)


def open_deal(page: Page, deal: str) -> None:
	page.goto(f"/app/deal/{deal}")
	expect(stage(page, "New")).to_have_attribute("aria-current", "step")
	page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_move_of_an_older_deal_is_refused_and_the_form_shows_the_truth(
	browser_page: Page, deal: str, login: Callable, width: int
) -> None:
	page = browser_page
	page.set_viewport_size({"width": width, "height": 844})
	errors: list[str] = []
	page.on("pageerror", lambda error: errors.append(str(error)))
	owner, pipeline = frappe.db.get_value("Deal", deal, ["deal_owner", "pipeline"])
	login(page, owner, PASSWORD)
	open_deal(page, deal)
	page.evaluate(DEAF)
	frappe.get_doc("Deal", deal).update({"stage": f"{pipeline}-Talking"}).save()
	frappe.db.commit()  # the other tab's request ends
	stage(page, "Offered").click()
	refusal = page.locator(".msgprint:visible")
	expect(refusal).to_contain_text(SENTENCE)
	expect(stage(page, "Talking")).to_have_attribute("aria-current", "step")
	page.locator(".modal:visible .btn-modal-close").click()
	expect(refusal).to_have_count(0)
	stage(page, "Offered").click()
	expect(stage(page, "Offered")).to_have_attribute("aria-current", "step")
	assert errors == []
	frappe.db.rollback()  # a new snapshot: the browser's request has written meanwhile
	assert frappe.db.get_value("Deal", deal, "stage") == f"{pipeline}-Offered"
