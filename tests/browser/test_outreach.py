"""A marketer in a browser: a segment by Frappe's filter widget, an outreach to it, and the page on which its receiver opts out."""

from collections.abc import Callable
from dataclasses import dataclass

import frappe
import pytest
from frappe.utils.password import update_password
from playwright.sync_api import Page, expect

from browser.desk import Desk
from crm_plus.tests import factories
from crm_plus.tests.factories_outreach import make_people, recipients
from crm_plus.tests.mail_server import outgoing_account
from crm_plus.workflows import opt_outs

PASSWORD = "Outreach-Pass-9x-crm"


@dataclass(frozen=True)
class World:
	"""A marketer, and two customers whose job title nobody else has."""

	marketer: str
	mark: str
	people: tuple[str, str]


@pytest.fixture
def world() -> World:
	frappe.set_user("Administrator")
	frappe.db.set_single_value("CRM Plus Settings", "outreach_approval", 0)
	marketer, mark = factories.make_user("Marketing User").name, factories.unique("Mark")
	update_password(marketer, PASSWORD)
	first, second = (person.name for person in make_people(2, mark, profile_owner=None))
	frappe.db.commit()  # the browser's requests are other connections
	return World(marketer, mark, (first, second))


def test_from_the_filter_to_the_last_word_of_a_receiver(
	browser_page: Page, login: Callable[[Page, str, str], None], world: World
) -> None:
	login(browser_page, world.marketer, PASSWORD)
	desk = Desk(browser_page)
	segment = make_segment(desk, world)
	outreach = send_outreach(desk, segment)
	frappe.db.rollback()  # a new snapshot: the browser's request has written meanwhile
	rows = recipients(outreach)
	assert set(rows) == set(world.people)
	opt_out(browser_page, rows[world.people[0]].name)
	frappe.db.rollback()
	assert frappe.db.get_value("Customer Profile", world.people[0], "no_outreach") == 1


def make_segment(desk: Desk, world: World) -> str:
	"""Choose who belongs to it as above a list, look at them, and save."""
	page, name = desk.page, factories.unique("Segment")
	desk.open("segment/new")
	desk.type_into("segment_name", name)
	page.get_by_role("button", name="Add a Filter").click()
	condition = page.locator(".crm-segment-conditions .filter-box").last
	condition.locator(".fieldname-select-area input").fill("Job Title")
	page.locator(".awesomplete:visible li", has_text="Job Title").first.click()
	condition.locator(".filter-field input").fill(world.mark)
	condition.locator(".filter-field input").press("Tab")
	page.wait_for_function("(mark) => (cur_frm.doc.conditions || '').includes(mark)", arg=world.mark)
	desk.press("Show Profiles")
	desk.see("2 profiles that you may see")
	desk.save()
	desk.open(f"segment/{name}")
	expect(page.locator(".crm-segment-conditions .filter-field input")).to_have_value(f"%{world.mark}%")
	return name


def send_outreach(desk: Desk, segment: str) -> str:
	"""Write it from the segment and let it go; returns its name."""
	page = desk.page
	desk.press("New Outreach")
	page.wait_for_function("() => cur_frm?.doctype === 'Outreach'")
	desk.type_into("title", factories.unique("Outreach"))
	desk.type_into("subject", "News for {{ full_name }}")
	editor = page.locator(
		'.page-container:visible [data-fieldname="message"] .ql-editor[contenteditable=true]'
	)
	editor.press_sequentially("Dear {{ full_name }}")
	page.wait_for_function("() => (cur_frm.doc.message || '').includes('full_name }}')")
	desk.save()
	assert page.evaluate("cur_frm.doc.segment") == segment
	send_test(desk)
	desk.press("Send")
	page.locator(".modal:visible", has_text="It has 2 profiles").locator(".btn-primary").click()
	expect(page.locator('[data-fieldname="recipients_html"] .indicator-pill')).to_have_text("2 Waiting")
	return desk.name()


def send_test(desk: Desk) -> None:
	"""Have it mailed to oneself, as it would reach the first of the segment."""
	with outgoing_account():
		desk.press("Send Me a Test")
		desk.page.locator(".modal:visible", has_text="Only you get the mail").locator(".btn-primary").click()
		expect(desk.page.get_by_text("A test is on its way to")).to_be_visible()


def opt_out(page: Page, recipient: str) -> None:
	"""Open the link of a mail as its receiver, and press the button."""
	page.context.clear_cookies()
	path = opt_outs.link_for(recipient).split("/api/", 1)[1]
	page.goto(f"/api/{path}")
	page.get_by_role("button", name="No more mails").click()
	expect(page.get_by_text("You will get no more mails like that one.")).to_be_visible()
