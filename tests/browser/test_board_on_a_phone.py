"""The Pipeline Board at a telephone's width: nothing too wide, nothing cut, nothing too small for a finger."""

from collections.abc import Callable

import frappe
from playwright.sync_api import Browser, Page, expect

from browser.desk import new_browser
from browser.test_board import PASSWORD, Board, agent, board, card, column, open_board
from crm_plus.tests import factories

__all__ = ["agent", "board", "open_board"]


def test_on_a_phone_nothing_is_too_wide_and_a_card_moves(open_board: Page, board: Board) -> None:
	page, deal = open_board, board.deals[0]
	page.set_viewport_size({"width": 390, "height": 844})
	page.reload()
	expect(page.locator(".deal-card")).to_have_count(3)
	box = column(page, board.stage("New")).bounding_box()
	assert box and 300 < box["width"] <= 390
	page.locator(".board-tabs button", has_text="Won").click()
	expect(column(page, board.stage("Won"))).to_be_in_viewport(ratio=0.9)
	page.locator(".board-tabs button", has_text="New").click()
	card(page, deal).focus()
	page.keyboard.press("m")
	page.locator(".pipeline-board-stages button", has_text="Talking").click()
	expect(column(page, board.stage("Talking")).locator(".deal-card")).to_have_count(1)
	assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_totals_in_two_currencies_are_read_whole(open_board: Page, board: Board) -> None:
	page = open_board
	for company in (factories.company(), factories.make_company2()):
		factories.make_deal(
			pipeline=board.pipeline,
			company=company,
			amount=876_543_210,
			probability=50,
			deal_owner=board.agent,
		)
	frappe.db.commit()  # the browser's requests are other connections
	page.set_viewport_size({"width": 390, "height": 844})
	page.reload()
	expect(page.locator(".deal-card")).to_have_count(5)
	expect(page.locator(".board-totals .totals-weighted")).to_contain_text("$")
	cut = """parts => parts.filter((part) => part.scrollWidth > part.clientWidth + 1
		|| part.getBoundingClientRect().right > innerWidth).map((part) => part.innerText)"""
	heads = ".board-totals, .board-totals > *, .totals-words > *"
	assert page.locator(heads).evaluate_all(cut) == []
	words = column(page, board.stage("New")).locator(".column-sums, .column-sums span")
	assert (
		words.evaluate_all("parts => parts.filter((part) => part.scrollWidth > part.clientWidth + 1).length")
		== 0
	)


def test_fingers_have_room(chromium: Browser, served: str, board: Board, login: Callable) -> None:
	"""Every button of the board is at least 44 px high and wide on a touch screen."""
	context = new_browser(chromium, served, 390, 844, has_touch=True, is_mobile=True)
	try:
		page = context.new_page()
		login(page, board.agent, PASSWORD)
		page.goto(board.address)
		expect(page.locator(".deal-card")).to_have_count(3)
		small = page.locator(".pipeline-board button:visible, .pipeline-board input:visible").evaluate_all(
			"""all => all.map((one) => [one.className, one.getBoundingClientRect()])
				.filter(([, box]) => box.height < 43.5 || box.width < 43.5).map(([name]) => name)"""
		)
		assert small == []
		page.locator(f'.deal-card[data-name="{board.deals[0]}"] .deal-move:not(.deal-log)').tap()
		page.locator(".pipeline-board-stages button", has_text="Talking").tap()
		expect(column(page, board.stage("Talking")).locator(".deal-card")).to_have_count(1)
	finally:
		context.close()
