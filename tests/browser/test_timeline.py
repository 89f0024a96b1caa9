"""The timeline in a real browser: the story in its order, filters, the next page, a mail in its frame, and who sees what."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import frappe
import pytest
from frappe.utils import add_days, add_to_date, now_datetime
from frappe.utils.password import update_password
from playwright.sync_api import Page, expect

from browser.desk import Desk, wait_for, wait_for_news
from crm_plus.rules.timeline import PAGE_LENGTH
from crm_plus.tests import factories
from crm_plus.tests.factories_accounting import make_party, make_sales, pay
from crm_plus.tests.timeline_case import TimelineCase

PASSWORD = "Timeline-Pass-9x-crm"
CALLS = PAGE_LENGTH + 10
HOSTILE = "<img src=x onerror=\"window.top.hacked='timeline'\">"


@dataclass(frozen=True)
class Story:
	"""A deal that came all the way, with more calls than a page holds, and those who look at it."""

	deal: str
	profile: str
	documents: tuple[str, ...]
	agent: str
	accountant: str


class Rows(TimelineCase):
	"""The rows that the tests of the timeline put in, for the deal of a story."""

	def runTest(self) -> None:
		"""Nothing: only the helpers are wanted."""


@pytest.fixture(scope="module")
def story(served: str) -> Story:
	frappe.set_user("Administrator")
	customer, profile = make_party()
	deal = factories.make_deal(customer_profile=profile).name
	quotation = make_sales("Quotation", customer, crm_plus_deal=deal)
	order = make_sales("Sales Order", customer, crm_plus_deal=deal)
	invoice = make_sales("Sales Invoice", customer, crm_plus_deal=deal)
	payment = pay(invoice, 400)
	put_talk(deal, profile)
	users = [factories.make_user(*roles).name for roles in (("Sales User",), ("Sales User", "Accounts User"))]
	for user in users:
		update_password(user, PASSWORD)
	frappe.db.commit()  # the browser's requests are other connections
	return Story(deal, profile, tuple(one.name for one in (payment, invoice, order, quotation)), *users)


def put_talk(deal: str, profile: str) -> None:
	rows, now = Rows(), now_datetime()
	rows.deal, rows.profile = deal, profile
	rows.follow_up(add_days(now, 1), deal=deal, subject=f"Call again {HOSTILE}")
	rows.comment(add_days(now, -1), content=f"<p>They liked it {frappe.utils.escape_html(HOSTILE)}</p>")
	# Captured, and not linked to the deal: Frappe's own timeline relies on what it does to a mail that it stores.
	content = f"<p>Thank you for the offer</p>{HOSTILE}<script>window.top.hacked='mail'</script>"
	mail = rows.mail(add_days(now, -2), subject="Your offer", content=content, sender="bob@example.com")
	source = {"source_doctype": "Communication", "source_name": mail}
	rows.interaction(add_days(now, -2), deal=deal, subject="Your offer", **source)
	for number in range(CALLS):
		rows.interaction(
			add_to_date(now, days=-3, hours=-number), deal=deal, subject=f"Call no. {number:02d}"
		)


@pytest.fixture
def desk(browser_page: Page) -> Desk:
	return Desk(browser_page)


def open_timeline(desk: Desk, story: Story, user: str, login: Callable[[Page, str, str], None]) -> None:
	login(desk.page, user, PASSWORD)
	desk.open(f"deal/{story.deal}")
	desk.page.get_by_role("tab", name="Timeline").click()
	expect(desk.page.locator(".timeline-entry").first).to_be_visible()
	desk.settle()


def titles(page: Page) -> list[str]:
	return [text.strip() for text in page.locator(".timeline-entry .timeline-title").all_inner_texts()]


def test_the_story_stands_in_its_order(desk: Desk, story: Story, login: Callable) -> None:
	open_timeline(desk, story, story.accountant, login)
	page = desk.page
	shown = titles(page)
	places = [next(at for at, title in enumerate(shown) if name in title) for name in story.documents]
	assert places == sorted(places), shown
	assert shown[0].startswith("Call again")
	expect(page.locator(".is-invoice")).to_contain_text(re.compile(r"Partly Paid.*1[.,]000", re.S))
	expect(page.locator(".timeline-day h5", has_text="Today")).to_have_count(1)
	expect(page.locator(".form-footer")).to_be_hidden()
	page.get_by_role("button", name="Show changes to fields").click()
	expect(page.locator(".form-footer")).to_be_visible()
	assert page.evaluate("window.hacked") is None


def test_a_mail_opens_in_place_and_runs_nothing(desk: Desk, story: Story, login: Callable) -> None:
	open_timeline(desk, story, story.agent, login)
	page = desk.page
	page.get_by_role("button", name="Your offer").press("Enter")
	frame = page.frame_locator(".timeline-mail iframe")
	expect(frame.locator("body")).to_contain_text("Thank you for the offer")
	expect(page.locator(".timeline-mail")).to_contain_text("bob@example.com")
	page.wait_for_timeout(500)
	assert page.evaluate("window.hacked") is None
	assert page.evaluate("location.pathname").endswith(story.deal)


def test_the_next_page_comes_behind_the_first(desk: Desk, story: Story, login: Callable) -> None:
	open_timeline(desk, story, story.agent, login)
	page = desk.page
	assert page.locator(".timeline-entry").count() == PAGE_LENGTH
	page.locator(".timeline-end").scroll_into_view_if_needed()
	expect(page.locator(".timeline-entry", has_text="Deal created in")).to_have_count(1)
	expect(page.locator(".timeline-entry", has_text=f"Call no. {CALLS - 1}")).to_have_count(1)
	shown = [title for title in titles(page) if title.startswith("Call no.")]
	assert shown == [f"Call no. {number:02d}" for number in range(CALLS)]
	expect(page.get_by_role("button", name="Show older")).to_have_count(0)


def test_filters_narrow_it_and_can_be_taken_back(desk: Desk, story: Story, login: Callable) -> None:
	open_timeline(desk, story, story.agent, login)
	page = desk.page
	page.locator(".timeline-group").select_option("quotations")
	expect(page.locator(".timeline-entry")).to_have_count(1)
	page.locator(".timeline-group").select_option("")
	page.get_by_role("button", name="Filter", exact=True).click()
	page.locator(".timeline-search").fill("no. 07")
	expect(page.locator(".timeline-entry")).to_have_count(1)
	page.locator(".timeline-search").fill("nobody ever said this")
	expect(page.locator(".timeline-message")).to_contain_text("Nothing matches")
	page.get_by_role("button", name="Clear Filters").click()
	expect(page.locator(".timeline-entry")).to_have_count(PAGE_LENGTH)


def test_who_may_not_read_invoices_sees_neither_them_nor_amounts(desk: Desk, story: Story, login: Callable):
	open_timeline(desk, story, story.agent, login)
	payment, invoice, order, _quotation = story.documents
	shown = " ".join(titles(desk.page))
	assert order in shown
	assert invoice not in shown and payment not in shown
	expect(desk.page.locator(".timeline-money")).to_have_count(0)


def test_a_comment_written_there_shows_at_once(desk: Desk, story: Story, login: Callable) -> None:
	open_timeline(desk, story, story.agent, login)
	page = desk.page
	page.locator(".timeline-actions").get_by_role("button", name="Comment").click()
	page.locator(".timeline-comment .ql-editor").fill("The board has agreed")
	page.locator(".timeline-comment .btn-comment").click()
	expect(page.locator(".timeline-entry.is-comment").first).to_contain_text("The board has agreed")


def test_a_comment_there_tells_who_is_mentioned(desk: Desk, story: Story, login: Callable) -> None:
	frappe.set_user("Administrator")
	colleague = factories.make_user("Sales User", first_name=f"Mention{frappe.generate_hash(length=6)}")
	frappe.cache.delete_key("users_for_mentions")
	frappe.db.commit()  # the browser's requests are other connections
	open_timeline(desk, story, story.agent, login)
	page = desk.page
	page.locator(".timeline-actions").get_by_role("button", name="Comment").click()
	page.locator(".timeline-comment .ql-editor").press_sequentially(f"@{colleague.first_name}", delay=20)
	page.locator(".ql-mention-list-item", has_text=colleague.first_name).first.click()
	page.locator(".timeline-comment .btn-comment").click()
	assert (
		wait_for("Notification Log", document_name=story.deal, for_user=colleague.name, type="Mention") == 1
	)


def test_what_others_log_shows_by_itself(desk: Desk, story: Story, login: Callable) -> None:
	open_timeline(desk, story, story.agent, login)
	wait_for_news(desk.page, "Interaction")
	frappe.set_user("Administrator")
	kind = frappe.get_all("Interaction Type", pluck="name", limit=1)[0]
	values = {"deal": story.deal, "customer_profile": story.profile, "interaction_type": kind}
	factories.make(
		"Interaction", subject="Logged elsewhere", starts_on=now_datetime(), status="Done", **values
	)
	frappe.db.commit()  # the other user's request ends, and tells every browser
	expect(desk.page.locator(".timeline-entry", has_text="Logged elsewhere")).to_have_count(1)


def test_it_fits_a_phone(desk: Desk, story: Story, login: Callable) -> None:
	desk.page.set_viewport_size({"width": 390, "height": 844})
	open_timeline(desk, story, story.accountant, login)
	page = desk.page
	page.get_by_role("button", name="Filter", exact=True).click()
	assert page.evaluate("document.documentElement.scrollWidth") <= 390
	sizes = page.locator(".crm-timeline .btn:visible").evaluate_all(
		"buttons => buttons.map((button) => button.getBoundingClientRect().height)"
	)
	assert min(sizes) >= 44, sizes


def test_an_empty_one_says_what_to_do(desk: Desk, story: Story, login: Callable) -> None:
	frappe.set_user("Administrator")
	profile = factories.make_profile().name
	frappe.db.delete("Stage Change", {"reference_name": profile})
	frappe.db.commit()  # the browser's requests are other connections
	login(desk.page, story.agent, PASSWORD)
	desk.open(f"customer-profile/{profile}")
	desk.page.get_by_role("tab", name="Timeline").click()
	expect(desk.page.locator(".timeline-message")).to_contain_text("Log a call")


def test_a_notification_of_a_comment_leads_to_it(desk: Desk, story: Story, login: Callable) -> None:
	login(desk.page, story.agent, PASSWORD)
	comment = frappe.get_all("Comment", {"reference_name": story.deal}, pluck="name", limit=1)[0]
	desk.open(f"deal/{story.deal}#comment-{comment}")
	expect(desk.page.locator(f"#comment-{comment}")).to_be_in_viewport()
