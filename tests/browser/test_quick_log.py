"""Logging a call with one thumb: at 390 px, in at most six taps and fifteen seconds, with targets that a thumb hits."""

import re
from collections.abc import Callable

import frappe
from frappe.utils import add_to_date, now_datetime
from frappe.utils.password import update_password
from playwright.sync_api import Page, Request, expect

from browser.desk import make_agent
from crm_plus.tests import factories
from crm_plus.tests.factories_interactions import make_interaction, make_person

PASSWORD = "Quick-Log-9x-crm"
# A person's fifteen seconds, told by what they are made of: a machine's speed is not the dialog's.
MOST_TAPS, MOST_REQUESTS, SMALLEST_TARGET = 6, 12, 44
TOO_SMALL = """least => [...document.querySelectorAll('.crm-quick-log button')]
	.filter(one => one.offsetParent && Math.min(one.offsetWidth, one.offsetHeight) < least).map(one => one.textContent.trim())"""


def test_a_call_is_logged_with_its_next_step(phone: Page, login: Callable) -> None:
	agent = make_agent(PASSWORD)
	deal = factories.make_deal(deal_owner=agent)
	frappe.db.commit()  # the browser's requests are other connections
	login(phone, agent, PASSWORD)
	phone.goto(f"/app/deal/{deal.name}")
	phone.wait_for_function("() => window.cur_frm?.doc?.name && window.crm_plus?.log_interaction")
	phone.wait_for_load_state("networkidle")
	requests: list[Request] = []
	phone.on("request", lambda request: requests.append(request))
	phone.evaluate("() => void crm_plus.log_interaction({ deal: cur_frm.doc.name })")
	dialog = phone.locator(".crm-quick-log")
	taps = 1  # the button that opens it, wherever it stands
	for name in ("Call", "Reached", "tomorrow"):
		dialog.locator(f"button[data-name='{name}']").tap()
		taps += 1
	expect(dialog.locator("button[data-name='tomorrow']")).to_have_attribute("aria-pressed", "true")
	assert phone.evaluate(TOO_SMALL, SMALLEST_TARGET) == []
	assert phone.evaluate("document.documentElement.scrollWidth") <= 390
	dialog.locator(".btn-modal-primary").tap()
	taps += 1
	expect(dialog).to_have_count(0)
	asked = [request.url for request in requests if request.resource_type in ("xhr", "fetch")]
	assert 0 < len(asked) <= MOST_REQUESTS, asked
	assert taps <= MOST_TAPS
	frappe.db.rollback()
	made = frappe.get_all("Interaction", {"deal": deal.name}, ["interaction_type", "outcome", "owner"])
	assert [(row.interaction_type, row.outcome, row.owner) for row in made] == [("Call", "Reached", agent)]
	assert frappe.db.count("Follow Up", {"deal": deal.name, "status": "Open"}) == 1


def open_deal(page: Page, login: Callable) -> tuple[str, str]:
	"""Log an agent in and open a deal of his; return him and the deal."""
	agent = make_agent(PASSWORD)
	deal = factories.make_deal(deal_owner=agent).name
	frappe.db.commit()  # the browser's requests are other connections
	login(page, agent, PASSWORD)
	page.goto(f"/app/deal/{deal}")
	page.wait_for_function("() => window.cur_frm?.doc?.name && window.crm_plus?.log_interaction")
	page.wait_for_load_state("networkidle")
	return agent, deal


def test_a_slip_of_the_thumb_loses_nothing_and_the_full_form_neither(phone: Page, login: Callable) -> None:
	_agent, deal = open_deal(phone, login)
	dialog = phone.locator(".crm-quick-log")
	phone.evaluate("() => void crm_plus.log_interaction({ deal: cur_frm.doc.name })")
	dialog.locator(".ql-editor").fill("They want two of them")
	dialog.locator(".btn-modal-close").tap()
	expect(dialog).to_have_count(0)
	phone.evaluate("() => void crm_plus.log_interaction({ deal: cur_frm.doc.name })")
	expect(dialog.locator(".ql-editor")).to_have_text("They want two of them")
	customer = frappe.db.get_value("Deal", deal, "customer_profile")
	expect(dialog.locator(".modal-title")).to_contain_text(
		frappe.db.get_value("Customer Profile", customer, "full_name")
	)
	dialog.locator("button[data-name='tomorrow']").tap()
	dialog.locator("button", has_text="Full Form").tap()
	phone.wait_for_function("() => cur_frm?.doctype === 'Interaction' && !cur_frm.is_new()")
	frappe.db.rollback()  # a new snapshot: the browser's request has written meanwhile
	[summary] = frappe.get_all("Interaction", {"deal": deal}, pluck="summary")
	assert "They want two of them" in summary
	assert frappe.db.count("Follow Up", {"deal": deal, "status": "Open"}) == 1


def test_what_is_only_opened_is_not_changed(browser_page: Page, login: Callable) -> None:
	"""Most countries' clocks are shown without seconds, which what was stored has."""
	frappe.set_user("Administrator")
	before = frappe.db.get_single_value("System Settings", "time_format")
	agent = factories.make_user("Sales User").name
	update_password(agent, PASSWORD)
	made = make_interaction(starts_on="2024-05-05 10:00:17", status="Done", interaction_owner=agent)
	frappe.db.set_single_value("System Settings", "time_format", "HH:mm")
	frappe.clear_cache()
	frappe.db.commit()  # the browser's requests are other connections
	try:
		login(browser_page, agent, PASSWORD)
		browser_page.goto(f"/app/interaction/{made.name}")
		field = browser_page.locator('[data-fieldname="starts_on"] input:visible').first
		expect(field).to_have_value(re.compile(r"\b10:00$"))
		browser_page.wait_for_load_state("networkidle")
		assert not browser_page.evaluate("cur_frm.is_dirty()")
		assert browser_page.evaluate("cur_frm.doc.starts_on") == "2024-05-05 10:00:17"
	finally:
		frappe.db.set_single_value("System Settings", "time_format", before)
		frappe.clear_cache()
		frappe.db.commit()  # for the tests that follow


def test_people_are_invited_with_a_calendar_file(browser_page: Page, login: Callable) -> None:
	agent = make_agent(PASSWORD)
	person = make_person(profile_owner=agent)
	plan = {
		"status": "Planned",
		"interaction_type": "Meeting",
		"starts_on": add_to_date(now_datetime(), days=3),
	}
	meeting = make_interaction(customer_profile=person.name, interaction_owner=agent, **plan)
	frappe.db.commit()  # the browser's requests are other connections
	page = browser_page
	login(page, agent, PASSWORD)
	page.goto(f"/app/interaction/{meeting.name}")
	page.locator(".page-head:visible button", has_text="Invite").click()
	dialog = page.locator(".modal:visible", has=page.locator('[data-fieldname="recipients"]'))
	expect(dialog.locator('[data-fieldname="recipients"] input').first).to_have_value(
		re.compile(person.email)
	)
	expect(dialog.locator(".attach-list p", has_text="invitation").locator("input")).to_be_checked()
	expect(dialog.locator(".ql-editor").first).to_contain_text(meeting.subject)
