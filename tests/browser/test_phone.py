"""The Desk on a telephone: a customer is found, called and the call logged in six taps; nothing too wide, nothing too small.

Frappe's own bar at the top is not measured: its search field is 28 px high on both versions, before CRM Plus and with it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import frappe
import pytest
from frappe.utils import add_days, now_datetime, today
from playwright.sync_api import Browser, Locator, Page, expect

from browser.desk import make_agent, new_browser, wait_for
from crm_plus.tests import factories
from crm_plus.tests.factories_follow_ups import make_follow_up
from crm_plus.tests.factories_interactions import make_interaction

PASSWORD = "Phone-Pass-9x-crm"
WIDTH, FINGER, MOST_TAPS = 390, 44, 6
# Every button and link of ours inside a part of the page that is smaller than a finger.
TOO_SMALL = """([part, least]) => [...document.querySelectorAll(part)].flatMap((one) =>
	[...one.querySelectorAll("button, a.btn, a.day-action, input[type=file]")])
	.filter((one) => one.offsetParent && Math.min(one.offsetHeight, one.offsetWidth) < least)
	.map((one) => one.outerHTML.slice(0, 120))"""

# Every button of Frappe's head of a page that reaches below it, over what the page shows.
COVERED = """(head) => [...document.querySelectorAll(head)].filter((one) => one.offsetParent).flatMap((one) =>
	[...one.querySelectorAll("button, a.btn")].filter((button) => button.offsetParent
	&& button.getBoundingClientRect().bottom > one.getBoundingClientRect().bottom + 1))
	.map((one) => one.outerHTML.slice(0, 120))"""

# A telephone dials and leaves the page alone; a browser without one would wait for a program that does.
DIALS = "document.addEventListener('click', (event) => event.target.closest('a[href^=\"tel:\"]') && event.preventDefault())"


@dataclass
class Thumb:
	"""A person's thumb on a page: counts its taps, and misses what is smaller than itself."""

	page: Page
	taps: int = field(default=0)

	def tap(self, target: Locator, *, of_frappe: bool = False) -> None:
		target.scroll_into_view_if_needed()
		box = target.bounding_box()
		assert box is not None
		assert of_frappe or min(box["width"], box["height"]) >= FINGER, (target.inner_text(), box)
		target.tap()
		self.taps += 1


@dataclass(frozen=True)
class World:
	"""An agent with a customer who has a number, a deal with him, and something to do for it."""

	agent: str
	customer: str
	profile: str
	deal: str


@pytest.fixture
def world() -> World:
	agent = make_agent(PASSWORD)
	name = f"Quick Anchor {frappe.generate_hash(length=6)}"
	profile = factories.make_profile(
		profile_type="Person",
		full_name=name,
		phone="+49 30 7654321",
		email="q@example.com",
		profile_owner=agent,
	).name
	deal = factories.make_deal(
		deal_owner=agent, customer_profile=profile, amount=12345, expected_close_date=add_days(today(), 40)
	).name
	make_follow_up(deal=deal, assigned_to=agent, due_on=now_datetime() - timedelta(hours=1))
	frappe.db.commit()  # the browser's requests are other connections
	return World(agent, name, profile, deal)


@pytest.fixture
def phone(chromium: Browser, served: str, world: World, login: Callable) -> Iterator[Page]:
	context = new_browser(chromium, served, WIDTH, 844, has_touch=True, is_mobile=True)
	context.add_init_script(DIALS)
	page = context.new_page()
	login(page, world.agent, PASSWORD)
	yield page
	context.close()


def open_page(page: Page, path: str, shows: str) -> None:
	page.goto(f"/app/{path}")
	expect(page.locator(shows).first).to_be_visible()
	page.wait_for_load_state("networkidle")


def test_find_a_customer_call_and_log_it_in_six_taps(phone: Page, world: World) -> None:
	open_page(phone, "my-day", ".my-day .day-item")
	thumb = Thumb(phone)
	search = phone.locator("#navbar-search, .navbar-modal-search-mobile").locator("visible=true").first
	thumb.tap(search, of_frappe=True)
	phone.keyboard.type(world.customer, delay=20)
	found = phone.locator("[role=option]:visible, .awesomplete li:visible", has_text=world.customer)
	thumb.tap(found.filter(has_text="Customer Profile").first)
	call = phone.locator(".crm-glance [data-act=call]:visible")
	assert call.get_attribute("href") == "tel:+49307654321"
	thumb.tap(call)
	dialog = phone.locator(".crm-quick-log")
	expect(dialog.locator("button[data-name=Call]")).to_have_attribute("aria-pressed", "true")
	for name in ("Reached", "tomorrow"):
		thumb.tap(dialog.locator(f"button[data-name='{name}']"))
	assert phone.evaluate("document.documentElement.scrollWidth") <= WIDTH
	thumb.tap(dialog.locator(".btn-modal-primary"))
	expect(dialog).to_have_count(0)
	assert thumb.taps <= MOST_TAPS
	frappe.db.rollback()  # a new snapshot: the browser's request has written meanwhile
	made = frappe.get_all(
		"Interaction", {"customer_profile": world.profile}, ["interaction_type", "outcome", "owner"]
	)
	assert [tuple(row.values()) for row in made] == [("Call", "Reached", world.agent)]
	assert frappe.db.count("Follow Up", {"customer_profile": world.profile, "status": "Open"}) == 2


# Parts of our pages in which all that is pressed is measured.
HEAD = ".page-head"
PARTS = {
	"pipeline-board": ".pipeline-board",
	"my-day": ".my-day",
	"my-notifications": ".my-notifications .layout-main-section",
}


@pytest.mark.parametrize(
	"place", ["pipeline-board", "my-day", "my-notifications", "customer-profile", "deal"]
)
def test_a_finger_has_room_everywhere(phone: Page, world: World, place: str) -> None:
	name = {"customer-profile": f"/{world.profile}", "deal": f"/{world.deal}"}.get(place, "")
	part = PARTS.get(place, ".crm-glance, .crm-stages")
	open_page(phone, place + name, part)
	if name:
		expect(phone.locator(".crm-glance-actions [data-act]:visible")).to_have_count(4)
	assert phone.evaluate("document.documentElement.scrollWidth") <= WIDTH
	# A form's head is Frappe's, as everywhere in the Desk; that of a page of ours is ours.
	parts = part if name else f"{part}, {HEAD}"
	assert phone.evaluate(TOO_SMALL, [parts, FINGER]) == []
	assert phone.evaluate(COVERED, HEAD) == []


@pytest.mark.parametrize("act", ["Done", "Snooze"])
def test_a_finger_has_room_in_the_dialogs_of_a_follow_up(phone: Page, act: str) -> None:
	open_page(phone, "my-day", ".my-day .day-item")
	phone.locator(".day-action", has_text=act).first.tap()
	expect(phone.locator(".crm-follow-up-dialog .crm-chips").first).to_be_visible()
	assert phone.evaluate("document.documentElement.scrollWidth") <= WIDTH
	assert phone.evaluate(TOO_SMALL, [".crm-follow-up-dialog", FINGER]) == []


def test_a_folded_deal_leaves_no_empty_band(phone: Page, world: World) -> None:
	open_page(phone, f"deal/{world.deal}", ".crm-glance")
	empty = """() => [...cur_frm.wrapper.querySelectorAll(".form-column")].filter((column) => column.offsetHeight
		&& ![...column.querySelectorAll(".frappe-control")].some((field) => field.offsetParent)).length"""
	assert phone.evaluate(empty) == 0
	phone.locator(".crm-unfold").tap()
	expect(phone.locator('.frappe-control[data-fieldname="pipeline"]').first).to_be_visible()


@pytest.mark.parametrize("listed", ["deal", "interaction", "follow-up", "customer-profile"])
def test_a_laptop_shows_every_header_of_a_list_whole(
	browser_page: Page, world: World, login: Callable, listed: str
) -> None:
	make_interaction(customer_profile=world.profile, interaction_owner=world.agent)
	frappe.db.commit()  # the browser's requests are other connections
	login(browser_page, world.agent, PASSWORD)
	browser_page.goto(f"/app/{listed}")
	heads = browser_page.locator(".list-row-head:visible .list-row-col:visible")
	expect(heads.nth(4)).to_be_visible()
	browser_page.wait_for_load_state("networkidle")
	cut = """(heads) => heads.filter((head) => {
		const words = document.createRange();
		words.selectNodeContents(head);
		return words.getBoundingClientRect().width > head.clientWidth;
	}).map((head) => head.innerText)"""
	assert heads.evaluate_all(cut) == []


def test_a_deal_says_first_what_matters(phone: Page, world: World) -> None:
	open_page(phone, f"deal/{world.deal}", ".crm-glance")
	line = phone.locator(".crm-glance-line")
	expect(line).to_contain_text(re.compile(r"12[.,\s]?345"))
	expect(line).to_contain_text("Closes")
	expect(line).to_contain_text("Next")
	box = line.bounding_box()
	assert box is not None and box["y"] + box["height"] < 400
	company = phone.locator('.frappe-control[data-fieldname="company"]').first
	expect(company).to_be_hidden()
	phone.locator(".crm-unfold").tap()
	expect(company).to_be_visible()


def test_a_desk_has_room_for_all_of_it(browser_page: Page, world: World, login: Callable) -> None:
	login(browser_page, world.agent, PASSWORD)
	for path in (f"deal/{world.deal}", f"customer-profile/{world.profile}"):
		open_page(browser_page, path, '.frappe-control[data-fieldname="full_name"], .crm-stages')
		expect(browser_page.locator(".crm-glance")).to_have_count(0)
		strip = '.form-section:visible:has([data-fieldname="glance_html"]):not(:has(.crm-stages))'
		expect(browser_page.locator(strip)).to_have_count(0)


def test_the_likely_next_action_stands_beside_save(phone: Page, world: World) -> None:
	"""Something is due: say how it went. Nothing is planned: plan. Else: make the offer."""
	open_page(phone, f"deal/{world.deal}", ".crm-glance")
	phone.locator(".page-head:visible .standard-actions .btn-secondary").tap()
	dialog = phone.locator(".crm-quick-log")
	expect(dialog).to_be_visible()
	dialog.locator(".btn-modal-close").tap()
	expect(dialog).to_have_count(0)


def test_a_mail_is_begun_without_a_red_message(phone: Page, world: World) -> None:
	"""Frappe's dialog asks for a signature that an agent may not read."""
	open_page(phone, f"customer-profile/{world.profile}", ".crm-glance")
	phone.locator(".crm-glance [data-act=mail]").tap()
	dialog = phone.locator(".modal:visible", has=phone.locator('[data-fieldname="recipients"]'))
	expect(dialog.locator('[data-fieldname="recipients"] input').first).to_have_value(
		re.compile("q@example.com")
	)
	phone.wait_for_load_state("networkidle")
	expect(phone.locator(".modal:visible", has_text="Not permitted")).to_have_count(0)


def test_a_photo_and_a_mention_from_the_quick_log(phone: Page, world: World) -> None:
	frappe.set_user("Administrator")
	colleague = factories.make_user("Sales User", first_name=f"Colleague{frappe.generate_hash(length=6)}")
	frappe.cache.delete_key("users_for_mentions")
	frappe.db.commit()  # the browser's requests are other connections
	open_page(phone, f"deal/{world.deal}", ".crm-glance")
	phone.locator(".crm-glance [data-act=log]").tap()
	dialog = phone.locator(".crm-quick-log")
	note = dialog.locator(".ql-editor")
	note.tap()
	note.press_sequentially(f"Look at this @{colleague.first_name}", delay=20)
	phone.locator(".ql-mention-list-item", has_text=colleague.first_name).first.tap()
	expect(note.locator(".mention")).to_have_count(1)
	picture = {"name": "machine.txt", "mimeType": "text/plain", "buffer": b"what the photo shows"}
	dialog.locator("input[type=file]").set_input_files(picture)
	expect(dialog.locator(".crm-file")).to_contain_text("machine.txt")
	dialog.locator(".btn-modal-primary").tap()
	expect(phone.locator(".alert, .desk-alert", has_text="1 files attached").first).to_be_visible()
	frappe.db.rollback()  # a new snapshot: the browser's request has written meanwhile
	made = frappe.get_all("Interaction", {"deal": world.deal}, pluck="name")
	files = frappe.get_all("File", {"attached_to_name": ["in", made]}, ["file_name", "is_private"])
	assert len(made) == 1
	assert [(row.file_name.startswith("machine"), row.is_private) for row in files] == [(True, 1)]
	assert wait_for("Notification Log", document_name=made[0], for_user=colleague.name, type="Mention") == 1
