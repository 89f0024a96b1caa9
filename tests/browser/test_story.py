"""The whole story in a browser: a profile, its deal, the board, the quotation, the order, the invoice, the money."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import frappe
import pytest
from frappe.utils import add_days, nowdate
from frappe.utils.password import update_password
from playwright.sync_api import Browser, Page, expect

from browser.desk import Desk, new_browser
from crm_plus.tests import factories

PASSWORD = "Story-Pass-9x-crm"


@pytest.fixture
def people() -> dict[str, str]:
	"""An agent, his manager, and an accountant, who has no role of the CRM."""
	frappe.set_user("Administrator")
	users = {
		"agent": factories.make_user("Sales User").name,
		"manager": factories.make_user("Sales Manager").name,
		"accountant": factories.make_user("Accounts User").name,
	}
	for user in users.values():
		update_password(user, PASSWORD)
	frappe.db.commit()  # they log in by requests
	return users


@pytest.fixture
def item() -> str:
	frappe.set_user("Administrator")
	name = factories.make_item(rate=1200).name
	frappe.db.commit()  # the browser's requests are other connections
	return name


def test_from_the_first_hello_to_the_paid_invoice(
	browser_page: Page, chromium: Browser, served: str, people: dict[str, str], item: str, login: Callable
):
	customer = factories.unique("Story Customer")
	login(browser_page, people["agent"], PASSWORD)
	desk = Desk(browser_page)
	make_profile(desk, customer)
	deal = make_deal(desk, item)
	drag_to_qualified(desk, deal)
	order = quote_and_order(desk, deal)

	with desk_of(chromium, served, people["accountant"], login) as accountant:
		invoice_and_collect(accountant, order)
	see_it_paid(desk, deal)
	assert not desk.page.evaluate("cur_frm.doc.paid_amount")  # the ledger's money is not for agents
	with desk_of(chromium, served, people["manager"], login) as manager:
		see_it_paid(manager, deal)
		assert manager.page.evaluate("cur_frm.doc.paid_amount") == 2400


@contextmanager
def desk_of(chromium: Browser, served: str, user: str, login: Callable) -> Iterator[Desk]:
	"""Another person at a browser of their own."""
	context = new_browser(chromium, served, 1280, 900)
	page = context.new_page()
	login(page, user, PASSWORD)
	yield Desk(page)
	context.close()


def see_it_paid(desk: Desk, deal: str) -> None:
	desk.open(f"deal/{deal}")
	desk.page.get_by_role("tab", name="Documents").click()
	desk.settle()
	desk.see("Paid")
	assert desk.page.evaluate("cur_frm.doc.billing_status") == "Paid"


def make_profile(desk: Desk, customer: str) -> None:
	desk.open("customer-profile/new")
	desk.type_into("full_name", customer)
	desk.save()


def make_deal(desk: Desk, item: str) -> str:
	"""Make a deal from the profile's own button, with two pieces of an item."""
	desk.press("New Deal")
	desk.page.wait_for_function("cur_frm && cur_frm.doctype === 'Deal'")
	desk.settle()
	desk.type_into("title", "Two machines")
	add_item(desk, item, 2)
	desk.save()
	assert desk.page.evaluate("cur_frm.doc.amount") == 2400
	return desk.name()


def add_item(desk: Desk, item: str, quantity: int) -> None:
	"""Fill the first row of the deal's items; the form's own script looks the price up."""
	desk.page.evaluate(
		"""async ([item, quantity]) => {
			const row = (cur_frm.doc.items || [])[0] || cur_frm.add_child("items");
			await frappe.model.set_value(row.doctype, row.name, "item_code", item);
			await frappe.model.set_value(row.doctype, row.name, "qty", quantity);
			cur_frm.refresh_field("items");
		}""",
		[item, quantity],
	)
	desk.settle()


def drag_to_qualified(desk: Desk, deal: str) -> None:
	desk.open("pipeline-board?pipeline=Sales")
	card = desk.page.locator(f'.deal-card[data-name="{deal}"]')
	target = desk.page.locator('.board-column[data-stage="Sales-Qualified"]')
	expect(card).to_be_visible()
	card.scroll_into_view_if_needed()
	start, end = card.bounding_box(), target.bounding_box()
	mouse = desk.page.mouse
	mouse.move(start["x"] + 40, start["y"] + 20)
	mouse.down()
	mouse.move(start["x"] + 60, start["y"] + 30, steps=5)
	mouse.move(end["x"] + end["width"] / 2, end["y"] + 140, steps=15)
	expect(target.locator(".deal-ghost")).to_have_count(1)
	mouse.up()
	expect(target.locator(f'.deal-card[data-name="{deal}"]')).to_be_visible()
	desk.settle()
	frappe.db.rollback()  # a new view of what the request stored
	assert frappe.db.get_value("Deal", deal, "stage") == "Sales-Qualified"


def quote_and_order(desk: Desk, deal: str) -> str:
	"""Make the quotation by the deal's button and the order by ERPNext's, and see the deal follow."""
	desk.open(f"deal/{deal}")
	desk.press("Quotation")
	desk.page.wait_for_function("cur_frm && cur_frm.doctype === 'Quotation'")
	desk.settle()
	desk.save()
	assert desk.page.evaluate("cur_frm.doc.grand_total") == 2400
	desk.submit()
	desk.press("Create > Sales Order")
	desk.page.wait_for_function("cur_frm && cur_frm.doctype === 'Sales Order'")
	desk.settle()
	desk.page.evaluate("day => cur_frm.set_value('delivery_date', day)", add_days(nowdate(), 7))
	desk.settle()
	desk.save()
	desk.submit()
	order = desk.name()
	desk.open(f"deal/{deal}")
	# A worker moves the deal, perhaps just while the form opens: look again, as a person would.
	desk.page.wait_for_function("cur_frm.reload_doc().then(() => cur_frm.doc.status === 'Won')", polling=1000)
	return order


def invoice_and_collect(desk: Desk, order: str) -> None:
	"""Bill the order and receive the money, in ERPNext alone: the deal comes along by itself."""
	desk.open("sales-invoice/new")
	map_document(desk, "erpnext.selling.doctype.sales_order.sales_order.make_sales_invoice", order)
	desk.page.wait_for_function("cur_frm && cur_frm.doctype === 'Sales Invoice' && cur_frm.doc.items.length")
	desk.save()
	desk.submit()
	desk.press("Create > Payment")
	desk.page.wait_for_function("cur_frm && cur_frm.doctype === 'Payment Entry'")
	desk.settle()
	desk.page.evaluate("day => cur_frm.set_value({ reference_no: '1', reference_date: day })", nowdate())
	desk.settle()
	desk.save()
	desk.submit()


def map_document(desk: Desk, method: str, source: str) -> None:
	"""Press ERPNext's own mapping, which the order's Create menu calls."""
	desk.page.evaluate(
		"([method, source]) => frappe.model.open_mapped_doc({ method, source_name: source })",
		[method, source],
	)
	desk.settle()
