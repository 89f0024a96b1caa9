"""The Pipeline Board in a real browser: mouse, keyboard, touch width, refusals, and filters in the address."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import frappe
import pytest
from playwright.sync_api import Locator, Page, expect

from browser.desk import wait_for_news
from crm_plus.tests import factories

PASSWORD = "Board-Pass-9x-crm"
AMOUNT = 1000


@dataclass(frozen=True)
class Board:
	"""A pipeline of its own with three deals in its first stage, and the agent who owns them."""

	pipeline: str
	deals: tuple[str, ...]
	agent: str

	def stage(self, name: str) -> str:
		return f"{self.pipeline}-{name}"

	@property
	def address(self) -> str:
		return f"/app/pipeline-board?pipeline={self.pipeline.replace(' ', '+')}"


@pytest.fixture
def board(agent: str) -> Board:
	frappe.set_user("Administrator")
	stages = ("New", {"stage_name": "Proposal", "requires_quotation": 1}, "Talking", "Won", "Lost")
	pipeline = factories.make_pipeline(stages).name
	deals = tuple(
		factories.make_deal(
			pipeline=pipeline, title=f"{pipeline} {number}", amount=AMOUNT, deal_owner=agent
		).name
		for number in range(3)
	)
	frappe.db.commit()  # the browser's requests are other connections
	return Board(pipeline, deals, agent)


@pytest.fixture
def open_board(browser_page: Page, board: Board, login: Callable[[Page, str, str], None]) -> Page:
	login(browser_page, board.agent, PASSWORD)
	browser_page.goto(board.address)
	expect(browser_page.locator(".deal-card")).to_have_count(3)
	return browser_page


@pytest.fixture(scope="module")
def agent() -> str:
	"""One for all: Frappe lets only so many users be made in an hour."""
	frappe.set_user("Administrator")
	email = f"board-{frappe.generate_hash(length=10)}@example.com"
	user = {"first_name": "Board Agent", "send_welcome_email": 0, "new_password": PASSWORD, "language": "en"}
	factories.make("User", email=email, roles=[{"role": "Sales User"}], **user)
	frappe.db.commit()  # he logs in by a request
	return email


def column(page: Page, stage: str) -> Locator:
	return page.locator(f'.board-column[data-stage="{stage}"]')


def card(page: Page, deal: str) -> Locator:
	return page.locator(f'.board-columns .deal-card[data-name="{deal}"]')


def stage_of(deal: str) -> str:
	frappe.db.rollback()  # so that this connection sees what the browser's requests committed
	return frappe.db.get_value("Deal", deal, "stage")


def drag(page: Page, what: Locator, onto: Locator) -> None:
	"""Drag with the mouse, in steps as a hand does."""
	start, end = what.bounding_box(), onto.bounding_box()
	assert start and end
	page.mouse.move(start["x"] + 60, start["y"] + 12)
	page.mouse.down()
	page.mouse.move(start["x"] + 80, start["y"] + 20, steps=4)
	page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 60, steps=15)
	expect(onto.locator(".deal-ghost")).to_have_count(1)
	page.mouse.up()


def test_a_card_is_dragged_to_another_stage(open_board: Page, board: Board) -> None:
	page, deal = open_board, board.deals[0]
	target = column(page, board.stage("Talking"))
	drag(page, card(page, deal), target.locator(".column-cards"))
	expect(target.locator(".column-count")).to_have_text("1")
	expect(column(page, board.stage("New")).locator(".column-count")).to_have_text("2")
	expect(page.locator(".board-announcement")).to_contain_text("was moved to Talking")
	assert stage_of(deal) == board.stage("Talking")


def test_a_refused_card_goes_back_and_says_why(open_board: Page, board: Board) -> None:
	page, deal = open_board, board.deals[1]
	order = page.locator(".deal-card").evaluate_all("cards => cards.map((card) => card.dataset.name)")
	target = column(page, board.stage("Proposal"))
	drag(page, card(page, deal), target.locator(".column-cards"))
	message = page.locator(".modal.show .msgprint")
	expect(message).to_contain_text(re.compile("quotation", re.IGNORECASE))
	expect(target.locator(".deal-card")).to_have_count(0)
	expect(column(page, board.stage("New")).locator(".column-count")).to_have_text("3")
	now = page.locator(".board-columns .deal-card").evaluate_all(
		"cards => cards.map((card) => card.dataset.name)"
	)
	assert now == order
	assert stage_of(deal) == board.stage("New")


def test_who_saw_an_older_deal_is_refused(open_board: Page, board: Board) -> None:
	page, deal = open_board, board.deals[0]
	errors: list[str] = []
	page.on("pageerror", lambda error: errors.append(str(error)))
	# Behind the board's back: nothing tells it.
	frappe.db.set_value("Deal", deal, "stage", board.stage("Talking"))
	frappe.db.commit()  # the other mover's request ends
	card(page, deal).focus()
	page.keyboard.press("m")
	page.locator(".pipeline-board-stages button", has_text="Won").click()
	expect(page.locator(".modal.show .msgprint")).to_contain_text("This deal was changed meanwhile")
	expect(column(page, board.stage("Talking")).locator(".deal-card")).to_have_count(1)
	expect(column(page, board.stage("New")).locator(".deal-card")).to_have_count(2)
	assert stage_of(deal) == board.stage("Talking")
	assert errors == []


def test_what_others_do_shows_by_itself(open_board: Page, board: Board) -> None:
	page, deal = open_board, board.deals[0]
	wait_for_news(page, "Deal")
	doc = frappe.get_doc("Deal", deal)
	doc.update({"title": "Renamed elsewhere", "stage": board.stage("Talking")})
	doc.save()
	frappe.db.commit()  # the other user's request ends, and tells every browser
	target = column(page, board.stage("Talking"))
	expect(target.locator(".deal-title")).to_have_text("Renamed elsewhere")
	expect(target.locator(".column-count")).to_have_text("1")
	expect(column(page, board.stage("New")).locator(".deal-card")).to_have_count(2)


def test_the_keyboard_moves_focus_and_cards(open_board: Page, board: Board) -> None:
	page = open_board
	first, second = page.locator(".deal-card").nth(0), page.locator(".deal-card").nth(1)
	deal = second.get_attribute("data-name")
	first.focus()
	page.keyboard.press("ArrowDown")
	expect(second).to_be_focused()
	page.keyboard.press("m")
	page.locator(".pipeline-board-stages button", has_text="Talking").press("Enter")
	expect(column(page, board.stage("Talking")).locator(".deal-card")).to_have_count(1)
	expect(card(page, deal)).to_be_focused()
	page.keyboard.press("Shift+ArrowRight")  # also while the server has not answered yet
	expect(column(page, board.stage("Won")).locator(".deal-card")).to_have_count(1)
	expect(page.locator(".board-announcement")).to_contain_text("was moved to Won")
	expect(card(page, deal)).to_be_focused()
	assert stage_of(deal) == board.stage("Won")


def test_a_lost_deal_asks_for_the_reason_first(open_board: Page, board: Board) -> None:
	page, deal = open_board, board.deals[2]
	reason = factories.make("Lost Reason", reason=factories.unique("Too late")).name
	frappe.db.commit()  # the dialog's link field looks it up by a request
	ask_for_lost(page, board, deal)
	page.locator(".modal.show .btn-modal-close").click()
	expect(column(page, board.stage("New")).locator(".deal-card")).to_have_count(3)
	assert stage_of(deal) == board.stage("New")
	ask_for_lost(page, board, deal)
	field = page.locator(".modal.show [data-fieldname=lost_reason] input")
	field.fill(reason)
	page.locator(".modal.show .awesomplete [role=option]", has_text=reason).first.click()
	page.locator(".modal.show .btn-modal-primary").click()
	expect(page.locator(".board-announcement")).to_contain_text("was moved to Lost")
	expect(column(page, board.stage("Lost")).locator(".deal-card")).to_have_count(1)
	assert stage_of(deal) == board.stage("Lost")
	assert frappe.db.get_value("Deal", deal, "lost_reason") == reason


def ask_for_lost(page: Page, board: Board, deal: str) -> None:
	card(page, deal).focus()
	page.keyboard.press("m")
	page.locator(".pipeline-board-stages button", has_text="Lost").click()
	expect(page.locator(".modal.show [data-fieldname=lost_reason] input")).to_be_visible()


def test_filters_stand_in_the_address(open_board: Page, board: Board) -> None:
	page = open_board
	page.get_by_placeholder("Search deal or customer").fill(f"{board.pipeline} 2")
	expect(page.locator(".deal-card")).to_have_count(1)
	expect(page).to_have_url(re.compile(r"[?&]text=.*2(&|$)"))
	address = page.url
	page.locator(".filter-clear").click()
	expect(page.locator(".deal-card")).to_have_count(3)
	expect(page).not_to_have_url(re.compile("text="))
	page.goto("about:blank")
	page.goto(address)
	expect(page.locator(".deal-card")).to_have_count(1)
	expect(page.get_by_placeholder("Search deal or customer")).to_have_value(f"{board.pipeline} 2")


def test_coming_back_from_a_deal_shows_the_same_board(open_board: Page, board: Board) -> None:
	page = open_board
	page.get_by_placeholder("Search deal or customer").fill(f"{board.pipeline} 1")
	expect(page.locator(".deal-card")).to_have_count(1)
	page.locator(".deal-card .deal-customer").click()
	expect(page).to_have_url(re.compile(f"/deal/{board.deals[1]}"))
	page.go_back()
	expect(page.locator(".deal-card")).to_have_count(1)
	expect(page).to_have_url(re.compile("text="))


def test_a_new_deal_starts_in_its_column(open_board: Page, board: Board) -> None:
	page = open_board
	column(page, board.stage("Talking")).locator(".column-new").click()
	page.wait_for_function("window.cur_frm && cur_frm.doctype === 'Deal' && cur_frm.is_new()")
	values = page.evaluate("[cur_frm.doc.pipeline, cur_frm.doc.stage]")
	assert values == [board.pipeline, board.stage("Talking")]


def test_a_long_column_loads_as_it_is_scrolled(open_board: Page, board: Board) -> None:
	page = open_board
	for number in range(42):
		factories.make_deal(pipeline=board.pipeline, title=f"More {number}", deal_owner=board.agent)
	frappe.db.commit()  # the browser's requests are other connections
	page.reload()
	body = column(page, board.stage("New")).locator(".column-body")
	cards = column(page, board.stage("New")).locator(".deal-card")
	expect(column(page, board.stage("New")).locator(".column-count")).to_have_text("45")
	expect(cards).to_have_count(20)
	while (shown := cards.count()) < 45:
		body.evaluate("element => element.scrollTo(0, element.scrollHeight)")
		expect(cards).not_to_have_count(shown)
	expect(cards).to_have_count(45)
	names = cards.evaluate_all("cards => cards.map((card) => card.dataset.name)")
	assert len(set(names)) == 45


def test_markup_in_titles_is_text(
	browser_page: Page, board: Board, login: Callable[[Page, str, str], None]
) -> None:
	hostile = '<img src=x onerror="window.hacked=1"><b>فحص</b> 🙂'
	frappe.db.set_value("Deal", board.deals[0], "title", hostile)
	frappe.db.commit()  # the browser's requests are other connections
	login(browser_page, board.agent, PASSWORD)
	browser_page.goto(board.address)
	expect(card(browser_page, board.deals[0]).locator(".deal-title")).to_have_text(hostile)
	card(browser_page, board.deals[0]).focus()
	browser_page.keyboard.press("m")
	expect(browser_page.locator(".pipeline-board-stages button").first).to_be_visible()
	assert not browser_page.evaluate("window.hacked")
