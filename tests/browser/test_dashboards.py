"""The dashboards' own filters, and a report taken away as PDF: what is asked for, what stays, and what stands in the file."""

import io
import json
import re
from collections.abc import Callable
from shutil import which
from typing import Any
from urllib.parse import parse_qs

import frappe
import pytest
from frappe.model.utils.user_settings import update_user_settings
from frappe.utils import getdate, now_datetime
from playwright.sync_api import Page, Request, expect
from pypdf import PdfReader

from browser.desk import Desk
from crm_plus.tests import factories

FIGURES = "crm_plus.api.dashboards.figures"
PASSWORD = "Dash-Pass-9x-crm"
PHONE = {"width": 390, "height": 844}
LEGENDS = "[...document.querySelectorAll('.chart-legend')]"
IS_CUT = """(legend) => legend.getBoundingClientRect().bottom > legend.closest("svg").getBoundingClientRect().bottom"""
DASHBOARDS = ("CRM Plus Sales", "CRM Plus Activity", "CRM Plus Customers", "CRM Plus Service")


@pytest.fixture
def boss() -> str:
	frappe.set_user("Administrator")
	email = f"boss-{frappe.generate_hash(length=10)}@example.com"
	user = {"first_name": "Boss", "send_welcome_email": 0, "new_password": PASSWORD, "language": "en"}
	roles = [{"role": "Sales Manager"}, {"role": "Sales User"}]
	factories.make("User", email=email, roles=roles, **user)
	frappe.db.commit()  # the browser's requests are other connections
	return email


@pytest.fixture
def team(boss: str) -> str:
	name = factories.make("Revenue Team", team_name=factories.unique("Crew"), members=[{"user": boss}]).name
	frappe.db.commit()
	return str(name)


def asked(request: Request) -> list[dict[str, Any]]:
	"""Return the cards and charts that a request asks for the figures of, each with its filters."""
	if FIGURES not in request.url:
		return []
	return list(json.loads(parse_qs(request.post_data or "")["items"][0]))


def open_dashboard(page: Page, name: str) -> list[dict[str, Any]]:
	"""Open a dashboard and return what its cards and charts asked for."""
	found: list[dict[str, Any]] = []
	note = lambda request: found.extend(asked(request))  # noqa: E731
	page.on("request", note)
	Desk(page).open(f"dashboard-view/{name}")
	expect(page.locator(".dashboard .number-widget-box .number").first).to_be_visible()
	Desk(page).settle()
	page.remove_listener("request", note)
	return found


def talk_in_many_ways(boss: str) -> None:
	"""Let somebody have had one interaction of each of five kinds."""
	profile = factories.make_profile().name
	for _number in range(5):
		kind = factories.make("Interaction Type", type_name=factories.unique("Way")).name
		values = {"subject": kind, "status": "Done", "starts_on": now_datetime(), "interaction_owner": boss}
		factories.make("Interaction", interaction_type=kind, customer_profile=profile, **values)
	frappe.db.commit()  # the browser's requests are other connections


def test_one_row_of_filters_narrows_all_and_stays(
	browser_page: Page, login: Callable[[Page, str, str], None], boss: str, team: str
) -> None:
	login(browser_page, boss, PASSWORD)
	for item in open_dashboard(browser_page, "CRM Plus Activity"):
		assert "team" not in item["filters"]
	desk = Desk(browser_page)
	is_narrowed = lambda request: any(item["filters"].get("team") == team for item in asked(request))  # noqa: E731
	with browser_page.expect_request(is_narrowed):
		desk.field("crm_plus_team").press_sequentially(team, delay=20)
		browser_page.get_by_role("option").get_by_text(team, exact=True).click()
	browser_page.locator('[data-fieldname="crm_plus_period"] select').select_option("Last Quarter")
	desk.settle()
	for name in ("CRM Plus Activity", "CRM Plus Sales"):
		items = open_dashboard(browser_page, name)
		assert len(items) > 4
		for item in items:
			assert item["filters"].get("team") == team, item
			if item["doctype"] == "Dashboard Chart" and item["name"] != "CRM Plus Deals by Stage":
				assert item["filters"]["from_date"] < item["filters"]["to_date"], item
	assert desk.field("crm_plus_team").input_value() == team


def test_figures_are_kept_until_somebody_refreshes(
	browser_page: Page, login: Callable[[Page, str, str], None], boss: str, team: str
) -> None:
	"""Narrowed to a team of its own, so that nobody else's deals are counted."""
	frappe.set_user(boss)
	update_user_settings("Dashboard", {"crm_plus": {"team": team, "company": factories.company()}})
	frappe.set_user("Administrator")
	day = getdate()
	login(browser_page, boss, PASSWORD)
	box = browser_page.locator('.number-widget-box[data-widget-name="Open Deals Without Next Step"]')
	words = browser_page.locator(".crm-plus-figures-of span").first
	open_dashboard(browser_page, "CRM Plus Sales")
	expect(words).to_contain_text(re.compile(r"Figures of \d\d:\d\d"))
	expect(box.locator(".number")).to_have_text("0")
	factories.make_deal(deal_owner=boss)
	frappe.db.commit()  # the browser's requests are other connections
	open_dashboard(browser_page, "CRM Plus Activity")
	open_dashboard(browser_page, "CRM Plus Sales")
	# Of another day nothing is kept.
	expect(box.locator(".number")).to_have_text("0" if day == getdate() else "1")
	browser_page.locator(".crm-plus-figures-of button").click()
	expect(box.locator(".number")).to_have_text("1")
	factories.make_deal(deal_owner=boss)
	frappe.db.commit()
	box.locator("[data-toggle=dropdown]").click()
	browser_page.locator('[data-action="action-refresh"]:visible').click()
	expect(box.locator(".number")).to_have_text("2")


def test_nothing_sticks_out_of_a_telephone(
	browser_page: Page, login: Callable[[Page, str, str], None], boss: str
) -> None:
	talk_in_many_ways(boss)
	browser_page.set_viewport_size(PHONE)
	login(browser_page, boss, PASSWORD)
	for name in DASHBOARDS:
		open_dashboard(browser_page, name)
		width = browser_page.evaluate("document.documentElement.scrollWidth")
		assert width <= PHONE["width"], name
		title = browser_page.locator(".page-head :is(.title-text, .navbar-breadcrumbs):visible").first
		assert title.evaluate("title => title.scrollWidth <= title.clientWidth"), name
		if name == "CRM Plus Activity":
			# More kinds than fit into two rows.
			browser_page.wait_for_function(
				f"{LEGENDS}.some((legend) => legend.getBoundingClientRect().height > 60)"
			)
		assert browser_page.evaluate(f"{LEGENDS}.filter({IS_CUT}).length") == 0, name


@pytest.mark.skipif(
	not which("wkhtmltopdf"), reason="Frappe prints with wkhtmltopdf, which this system does not package"
)
def test_a_report_as_pdf_holds_what_the_screen_shows(
	browser_page: Page, login: Callable[[Page, str, str], None], boss: str
) -> None:
	deal = factories.make_deal(deal_owner=boss, amount=4711, title="Printed")
	frappe.db.commit()
	login(browser_page, boss, PASSWORD)
	desk = Desk(browser_page)
	desk.open(f"query-report/Pipeline Summary?owner={boss}&group_by=Owner&company={deal.company}")
	expect(browser_page.locator(".dt-row-0 .dt-cell__content").nth(1)).to_contain_text("Boss")
	with browser_page.expect_response(lambda response: "report_to_pdf" in response.url) as answer:
		browser_page.evaluate(
			"frappe.query_report.pdf_report({ orientation: 'Landscape', with_letter_head: 0 })"
		)
	pages = PdfReader(io.BytesIO(answer.value.body())).pages
	text = " ".join(" ".join(page.extract_text() for page in pages).split())
	rows = browser_page.evaluate("frappe.query_report.data.map((row) => [row.group, row.deals])")
	assert rows[0] == ["Boss", 1]
	for word in ("Pipeline Summary", "Boss", "Deals", "Weighted", "Total"):
		assert word in text, text
	assert "471100" in re.sub(r"[.,]", "", text), text
