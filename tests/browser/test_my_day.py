"""My Day on a telephone and on a desk: finished with one thumb, nothing to scroll sideways, targets that a finger hits."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
import pytest
from frappe.utils import now_datetime
from playwright.sync_api import Locator, Page, expect

from crm_plus.tests import factories
from crm_plus.tests.factories_follow_ups import make_follow_up

PASSWORD = "Day-Pass-9x-crm"
PHONE = {"width": 390, "height": 844}
FINGER = 44


@dataclass(frozen=True)
class Day:
	"""An agent with one call that is late, one for today, and a deal that has gone quiet."""

	agent: str
	late: str
	today: str
	deal: str
	quiet: str


@pytest.fixture
def day() -> Day:
	frappe.set_user("Administrator")
	email = f"day-{frappe.generate_hash(length=10)}@example.com"
	user = {"first_name": "Day", "send_welcome_email": 0, "new_password": PASSWORD, "language": "en"}
	factories.make("User", email=email, roles=[{"role": "Sales User"}], **user)
	profile = factories.make_profile(
		full_name=f"Feinmechanik für die Luftfahrt und Raumfahrt {frappe.generate_hash(length=6)}",
		phone="+49 30 1234567",
		email="post@example.com",
	)
	deal = factories.make_deal(
		deal_owner=email, customer_profile=profile.name, title="Rollout at all eleven sites"
	)
	quiet = factories.make_deal(deal_owner=email)
	frappe.db.set_value(
		"Deal", quiet.name, "creation", now_datetime() - timedelta(days=40), update_modified=False
	)
	noon = datetime.combine(now_datetime().date(), datetime.min.time()) + timedelta(hours=12)
	late, today = (
		make_follow_up(
			subject=subject, deal=deal.name, assigned_to=email, due_on=noon + timedelta(days=days)
		).name
		for subject, days in (("Call about the offer", -3), ("Send the data sheets", 0))
	)
	frappe.db.commit()  # the browser's requests are other connections
	return Day(email, late, today, deal.name, quiet.name)


@pytest.fixture
def on_a_phone(browser_page: Page, day: Day, login: Callable[[Page, str, str], None]) -> Page:
	login(browser_page, day.agent, PASSWORD)
	browser_page.set_viewport_size(PHONE)
	browser_page.goto("/app/my-day")
	expect(item(browser_page, day.today)).to_be_visible()
	return browser_page


def item(page: Page, name: str) -> Locator:
	return page.locator(f'.my-day [data-name="{name}"]')


def stored(name: str) -> frappe._dict:
	frappe.db.rollback()  # a new snapshot: the browser's request has written meanwhile
	return frappe.db.get_value(
		"Follow Up", name, ["status", "outcome", "due_on", "outcome_note"], as_dict=True
	)


def fits(page: Page) -> bool:
	return page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(("role", "begins_with"), [("Sales User", "my-day"), ("Sales Manager", "crm-plus")])
def test_an_agent_who_signs_in_begins_with_his_day(browser_page: Page, role: str, begins_with: str) -> None:
	frappe.set_user("Administrator")
	user = factories.make_user(role, "Sales User", default_workspace="CRM Plus", new_password=PASSWORD).name
	frappe.db.commit()  # the browser's requests are other connections
	browser_page.goto("/login")
	browser_page.locator("#login_email").fill(user)
	browser_page.locator("#login_password").fill(PASSWORD)
	browser_page.locator(".btn-login:visible").click()
	shown = {"my-day": ".my-day", "crm-plus": ".layout-main .number-card, .layout-main .shortcut-widget-box"}
	expect(browser_page.locator(shown[begins_with]).first).to_be_visible()
	assert browser_page.url.rstrip("/").endswith(begins_with)


def test_everything_stands_in_its_list_and_fits_a_phone(on_a_phone: Page, day: Day) -> None:
	page = on_a_phone
	expect(page.locator(".day-list.overdue")).to_contain_text("Call about the offer")
	expect(page.locator(".day-list.today")).to_contain_text("Send the data sheets")
	expect(page.locator(".day-list.quiet").locator(f'[data-name="{day.quiet}"]')).to_contain_text(
		"quiet for 40 days"
	)
	assert fits(page)
	call = item(page, day.late).get_by_label("Call: Call about the offer")
	assert call.get_attribute("href") == "tel:+49301234567"
	for target in page.locator(".my-day :is(a, button):visible").all():
		box = target.bounding_box()
		assert box is not None and box["height"] >= FINGER and box["width"] >= FINGER, target.inner_text()


@pytest.fixture
def own_type() -> Iterator[str]:
	"""A type that an administrator has put before all others."""
	kind = factories.make("Interaction Type", type_name=factories.unique("Own"), position=-1)
	frappe.db.commit()
	yield str(kind.name)
	frappe.db.set_value("Interaction Type", kind.name, "disabled", 1)
	frappe.db.commit()


def test_done_with_outcome_and_next_step_in_four_taps(own_type: str, on_a_phone: Page, day: Day) -> None:
	page = on_a_phone
	item(page, day.late).get_by_label("Done: Call about the offer").click()
	dialog = page.locator(".crm-follow-up-dialog:visible")
	dialog.get_by_role("button", name="Interested", exact=True).click()
	log_as = dialog.locator('[data-fieldname="interaction_type"] select')
	expect(log_as).to_have_value(own_type)
	# Not every type ends with every outcome.
	dialog.get_by_role("button", name="Reached", exact=True).click()
	expect(log_as).to_have_value("Call")
	expect(log_as.locator("option")).to_have_text(["Do not log it", "Call", "Visit"])
	dialog.locator("button", has_text="In 3 days").click()
	for chip in dialog.locator(".crm-chips button").all():
		box = chip.bounding_box()
		assert box is not None and box["height"] >= FINGER
	assert fits(page)
	dialog.locator(".modal-footer .btn-primary, .standard-actions .btn-primary").first.click()
	expect(item(page, day.late)).to_have_count(0)
	expect(page.locator(".day-list.soon")).to_contain_text("Call about the offer")
	closed = stored(day.late)
	assert (closed.status, closed.outcome) == ("Done", "Reached")
	assert frappe.db.count("Follow Up", {"deal": day.deal, "status": "Open"}) == 2


def test_what_is_merely_done_is_no_call_and_a_time_is_not_forgotten(on_a_phone: Page, day: Day) -> None:
	page = on_a_phone
	item(page, day.late).get_by_label("Done: Call about the offer").click()
	dialog = page.locator(".crm-follow-up-dialog:visible")
	log_as = dialog.locator('[data-fieldname="interaction_type"] select')
	expect(log_as).to_be_hidden()
	dialog.locator("button", has_text="Another time").click()
	dialog.locator(".btn-modal-primary").click()
	expect(page.locator(".desk-alert", has_text="Choose the day and time")).to_be_visible()
	dialog.locator("textarea").first.press_sequentially("They sign")
	expect(log_as).to_have_value(re.compile(r"\S"))
	dialog.locator("textarea").first.fill("")
	expect(log_as).to_be_hidden()
	dialog.locator("button", has_text="In 3 days").click()
	dialog.locator(".btn-modal-primary").click()
	expect(item(page, day.late)).to_have_count(0)
	assert stored(day.late).status == "Done"
	assert frappe.db.count("Interaction", {"deal": day.deal}) == 0


def test_what_is_logged_may_be_what_was_promised(on_a_phone: Page, day: Day) -> None:
	page = on_a_phone
	item(page, day.late).get_by_label("Log: Call about the offer").click()
	dialog = page.locator(".crm-quick-log")
	for name in ("Call", "Reached"):
		dialog.locator(f"button[data-name='{name}']").click()
	dialog.locator("label", has_text="Done with it: Call about the offer").click()
	dialog.locator(".btn-modal-primary").click()
	expect(dialog).to_have_count(0)
	expect(item(page, day.late)).to_have_count(0)
	assert stored(day.late).status == "Done"
	assert frappe.db.count("Interaction", {"deal": day.deal}) == 1


def test_the_last_one_asks_what_comes_next(on_a_phone: Page, day: Day) -> None:
	page = on_a_phone
	for name in (day.late, day.today):
		item(page, name).locator(".day-action.primary").click()
		page.locator(".crm-follow-up-dialog:visible .standard-actions .btn-primary").click()
		if name == day.late:
			expect(item(page, name)).to_have_count(0)
	refusal = page.locator(".modal:visible", has_text="would have no next step")
	expect(refusal).to_be_visible()
	assert stored(day.today).status == "Open"
	refusal.locator(".btn-modal-close:visible").click()
	dialog = page.locator(".crm-follow-up-dialog:visible")
	dialog.locator("button", has_text="Nothing").click()
	dialog.locator('[data-fieldname="no_next_reason"] input').fill("They decide in spring")
	dialog.locator(".standard-actions .btn-primary").click()
	expect(item(page, day.today)).to_have_count(0)
	assert stored(day.today).status == "Done"


def test_snoozed_until_another_day(on_a_phone: Page, day: Day) -> None:
	page = on_a_phone
	item(page, day.today).get_by_label("Snooze: Send the data sheets").click()
	dialog = page.locator(".crm-follow-up-dialog:visible")
	dialog.locator("button", has_text="In a month").click()
	dialog.locator(".standard-actions .btn-primary").click()
	expect(item(page, day.today)).to_have_count(0)
	assert stored(day.today).due_on > now_datetime() + timedelta(days=25)


def test_a_meeting_that_is_over_is_settled_with_one_tap_or_moved(on_a_phone: Page, day: Day) -> None:
	page = on_a_phone
	expect(page.locator(".day-list.missed")).to_have_count(0)
	values = {
		"deal": day.deal,
		"interaction_owner": day.agent,
		"status": "Planned",
		"interaction_type": "Meeting",
	}
	names = {
		subject: factories.make(
			"Interaction", subject=subject, starts_on=now_datetime() - timedelta(days=days), **values
		).name
		for subject, days in (("Visit", 1), ("Tasting", 2), ("Workshop", 9))
	}
	frappe.db.commit()  # the browser's requests are other connections
	page.reload()
	expect(page.locator(".day-list.missed")).to_contain_text("9 days ago")
	assert fits(page)
	for target in page.locator(".day-list.missed :is(a, button):visible").all():
		box = target.bounding_box()
		assert box is not None and box["height"] >= FINGER and box["width"] >= FINGER, target.inner_text()
	for subject, label in (("Visit", "Took Place"), ("Tasting", "No Show")):
		item(page, names[subject]).get_by_label(f"{label}: {subject}").click()
		expect(item(page, names[subject])).to_have_count(0)
	item(page, names["Workshop"]).get_by_label("Move: Workshop").click()
	dialog = page.locator(".crm-follow-up-dialog:visible")
	dialog.locator("button", has_text="In 3 days").click()
	dialog.locator(".standard-actions .btn-primary").click()
	expect(page.locator(".day-list.missed")).to_have_count(0)
	expect(page.locator(".day-list.meeting")).to_contain_text("Workshop")
	frappe.db.rollback()  # a new snapshot: the browser's requests have written meanwhile
	statuses = [frappe.db.get_value("Interaction", name, "status") for name in names.values()]
	assert statuses == ["Done", "No Show", "Planned"]


def test_the_list_closes_many_and_says_which_were_refused(
	browser_page: Page, day: Day, login: Callable[[Page, str, str], None]
) -> None:
	page = browser_page
	login(page, day.agent, PASSWORD)
	page.goto(f"/app/follow-up?deal={day.deal}")
	rows = page.locator(".list-row-container:visible .list-row-checkbox")
	expect(rows).to_have_count(2)
	expect(page.locator(".list-row:visible", has_text="Call about the offer")).to_contain_text("Overdue")
	for row in rows.all():
		row.check()
	page.locator(".actions-btn-group:visible > button").click()
	page.locator(".dropdown-menu:visible a", has_text="Done").click()
	page.locator(".crm-follow-up-dialog:visible .standard-actions .btn-primary").click()
	expect(page.locator(".modal:visible", has_text="would have no next step")).to_be_visible()
	assert sorted(stored(name).status for name in (day.late, day.today)) == ["Done", "Open"]
