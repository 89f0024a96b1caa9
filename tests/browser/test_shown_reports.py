"""A script report as it is looked at: its name whole on a telephone, counts at its chart's axis as counts, and always anew."""

from collections.abc import Callable

import frappe
from playwright.sync_api import Page, expect

from browser.desk import Desk, make_agent
from crm_plus.tests import factories

PASSWORD = "Shown-Pass-9x-crm"
LONGEST = "Revenue by Source and Campaign"
AXIS = "[...document.querySelectorAll('#page-query-report .y.axis text')].map((each) => each.textContent)"
HUNDREDS = 120
SUMMARY = "Pipeline Summary"


def test_a_report_names_itself_and_counts_in_whole_numbers(
	phone: Page, login: Callable[[Page, str, str], None]
) -> None:
	agent = make_agent(PASSWORD)
	pipeline = factories.make_pipeline().name
	deal = factories.make_deal(deal_owner=agent, pipeline=pipeline)
	for _each in range(HUNDREDS):
		factories.make_deal(deal_owner=agent, pipeline=pipeline, customer_profile=deal.customer_profile)
	frappe.db.commit()  # the browser's requests are other connections
	login(phone, agent, PASSWORD)
	Desk(phone).open(f"query-report/Funnel and Stage Conversion?pipeline={pipeline}&owner={agent}")
	# Drawn anew as the filters come in one after another.
	phone.wait_for_function(f"() => {AXIS}.includes('100')")
	axis = phone.evaluate(AXIS)
	assert not [text for text in axis if text.endswith((".00", ",00"))], axis
	title = phone.locator("#page-query-report .page-head .title-text:visible")
	# On version 16 a page is named in its breadcrumbs.
	for shown in title.all():
		shown.evaluate(f"title => title.textContent = '{LONGEST}'")
		assert shown.evaluate("title => title.scrollWidth <= title.clientWidth")
	Desk(phone).open("query-report/Accounts Receivable")
	expect(phone.locator("body.crm-plus-report")).to_have_count(0)


def test_a_report_that_once_took_long_is_shown(
	browser_page: Page, login: Callable[[Page, str, str], None]
) -> None:
	"""Frappe marks it as one to be stored, and shows nothing of what is not stored."""
	agent, pipeline = make_agent(PASSWORD), factories.make_pipeline().name
	factories.make_deal(deal_owner=agent, pipeline=pipeline)
	frappe.db.set_value("Report", SUMMARY, "prepared_report", 1)
	frappe.db.commit()  # the browser's requests are other connections
	try:
		login(browser_page, agent, PASSWORD)
		Desk(browser_page).open(f"query-report/{SUMMARY}?pipeline={pipeline}")
		shown = browser_page.locator("#page-query-report .dt-row", has_text="Total")
		expect(shown).to_have_count(1)
	finally:
		frappe.db.set_value("Report", SUMMARY, "prepared_report", 0)
		frappe.db.commit()  # lest other tests find it so
