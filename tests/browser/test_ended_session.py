"""A session that ends in the middle: what was chosen and typed in a dialog comes back once, to its writer alone."""

from collections.abc import Callable

import frappe
from frappe.utils.password import update_password
from playwright.sync_api import Locator, Page, expect

from browser.desk import FADED_IN, end_session
from browser.test_bad_network import PASSWORD, agent, count, deal, on_deal, open_deal, write
from crm_plus.tests import factories

__all__ = ["agent", "deal", "on_deal"]
LOSE = """async () => {
	const stages = await crm_plus.deal.stages(cur_frm.doc.pipeline);
	crm_plus.deal.actions.lose(cur_frm, stages.filter(({ outcome }) => outcome === "Lost"));
}"""
BACK = "What you had written and not saved is back."


def follow_up_dialog(page: Page, deal: str) -> Locator:
	"""Open the dialog for a new follow-up of a deal."""
	page.evaluate("deal => void crm_plus.new_follow_up({ deal })", deal)
	dialog = page.locator(".crm-follow-up-dialog")
	expect(dialog).to_be_visible()
	return dialog


def test_what_comes_next_comes_back_with_the_note(
	on_deal: Page, login: Callable, agent: str, deal: str
) -> None:
	save = write(on_deal, "A long talk")
	log = on_deal.locator(".crm-quick-log")
	log.get_by_role("button", name="In 3 Days").click()
	log.locator('[data-fieldname="next_subject"] input').fill("Send the offer")
	end_session(on_deal, agent, save)
	login(on_deal, agent, PASSWORD)
	open_deal(on_deal, deal)
	save = write(on_deal, "")
	expect(log.get_by_role("button", name="In 3 Days")).to_have_attribute("aria-pressed", "true")
	expect(log.locator('[data-fieldname="next_subject"] input')).to_have_value("Send the offer")
	save.click()
	expect(log).to_have_count(0)
	assert (count("Interaction", deal), count("Follow Up", deal)) == (1, 1)
	assert frappe.db.exists("Follow Up", {"deal": deal, "subject": "Send the offer"})


def test_a_follow_up_comes_back_to_its_writer_alone(
	on_deal: Page, login: Callable, agent: str, deal: str
) -> None:
	colleague = factories.make_user("Sales User").name
	update_password(colleague, PASSWORD)
	frappe.db.commit()  # the browser's requests are other connections
	dialog = follow_up_dialog(on_deal, deal)
	dialog.locator('[data-fieldname="subject"] input').fill("Ring the boss")
	dialog.get_by_role("button", name="In a week").click()
	end_session(on_deal, agent, dialog.locator(".btn-modal-primary"))
	login(on_deal, colleague, PASSWORD)
	open_deal(on_deal, deal)
	expect(follow_up_dialog(on_deal, deal).locator('[data-fieldname="subject"] input')).to_have_value("")
	on_deal.context.clear_cookies()
	login(on_deal, agent, PASSWORD)
	open_deal(on_deal, deal)
	dialog = follow_up_dialog(on_deal, deal)
	on_deal.get_by_text(BACK).wait_for()
	expect(dialog.locator('[data-fieldname="subject"] input')).to_have_value("Ring the boss")
	expect(dialog.get_by_role("button", name="In a week")).to_have_attribute("aria-pressed", "true")
	dialog.locator(".btn-modal-primary").click()
	expect(dialog).to_have_count(0)
	assert frappe.db.exists("Follow Up", {"deal": deal, "subject": "Ring the boss", "assigned_to": agent})
	expect(follow_up_dialog(on_deal, deal).locator('[data-fieldname="subject"] input')).to_have_value("")


def test_why_a_deal_was_lost_comes_back(on_deal: Page, login: Callable, agent: str, deal: str) -> None:
	reason = factories.make_lost_reason().name
	frappe.db.commit()  # the browser's requests are other connections

	def lose() -> Locator:
		on_deal.evaluate(LOSE)
		on_deal.wait_for_function(FADED_IN)
		return on_deal.locator(".modal:visible", has_text="Why was this deal lost?")

	dialog = lose()
	dialog.locator('[data-fieldname="lost_reason"] input').fill(reason)
	dialog.locator(".awesomplete [role=option]", has_text=reason).first.click()
	dialog.locator('[data-fieldname="lost_detail"] textarea').fill("They took the cheaper one")
	end_session(on_deal, agent, dialog.locator(".btn-modal-primary"))
	login(on_deal, agent, PASSWORD)
	open_deal(on_deal, deal)
	dialog = lose()
	expect(dialog.locator('[data-fieldname="lost_detail"] textarea')).to_have_value(
		"They took the cheaper one"
	)
	expect(dialog.locator('[data-fieldname="lost_reason"] input')).to_have_value(reason)
	dialog.locator(".btn-modal-primary").click()
	expect(dialog).to_have_count(0)
	frappe.db.rollback()  # a new snapshot
	assert frappe.db.get_value("Deal", deal, ["status", "lost_reason"]) == ("Lost", reason)
