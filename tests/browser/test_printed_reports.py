"""Every report as it is printed: its page holds what the screen shows, and the PDF that is made of it the same figures."""

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from shutil import which
from types import SimpleNamespace
from typing import Any

import frappe
import pytest
from frappe.utils import add_days, flt, format_datetime, formatdate, get_number_format_info, getdate
from lxml import html
from playwright.sync_api import Page
from pypdf import PdfReader

from browser.desk import Desk
from crm_plus.tests import factories, factories_accounting, planned_sales
from crm_plus.tests.report_case import world
from crm_plus.tests.test_activity_reports import put_rows
from crm_plus.tests.test_customer_reports import shop
from crm_plus.tests.test_lifecycle_movement import put_lives
from crm_plus.tests.test_reports import REPORTS
from crm_plus.tests.test_response_time import put_talks

PASSWORD = "Print-Pass-9x-crm"
PEOPLE = ("Team Activity", "Follow-up Discipline", "Response Time", "Lifecycle Movement")
OTHERS = ("Invoices Without Deal", "Audit Trail")
FIGURES = ("Int", "Currency", "Float", "Percent")
SHOWN = "() => frappe.query_report.datatable && frappe.query_report.data?.length"
# What the screen has and, at the same moment, the page that Frappe makes a PDF of, instead of sending it.
PRINTED = """() => new Promise((resolve) => {
	const report = frappe.query_report;
	const send = frappe.render_pdf;
	const columns = report.columns.filter((each) => !each.hidden)
		.map(({ fieldname, fieldtype, label }) => ({ fieldname, fieldtype, label }));
	const rows = report.data;
	frappe.render_pdf = (page) => { frappe.render_pdf = send; resolve(JSON.stringify({ columns, rows, page })); };
	report.pdf_report({ orientation: "Landscape", with_letter_head: 0 });
})"""


@pytest.fixture(scope="module")
def filled() -> Iterator[SimpleNamespace]:
	"""Fill a site so that every report has rows; yields the world and the nights that were kept of it."""
	frappe.set_user("Administrator")
	for put in (put_rows, put_talks, put_lives, shop):
		put()
	stages = {"pipeline": world().pipelines[0]}
	frappe.db.set_value("Pipeline Stage", stages, "rots_after_days", 9)
	planned_sales.put_quotas(world())
	customer, profile = factories_accounting.make_party()
	factories_accounting.make_party_deal(profile, 750)
	factories_accounting.make_invoice(customer, 750)
	made = SimpleNamespace(world=world(), nights=planned_sales.put_nights(world()))
	frappe.db.commit()  # the browser's requests are other connections
	yield made
	# Other tests of the same world set quotas and keep nights of their own.
	frappe.db.set_value("Pipeline Stage", stages, "rots_after_days", 0)
	frappe.db.delete("Sales Quota", {"user": ["in", made.world.agents]})
	frappe.db.delete("Sales Quota", {"team": made.world.below})
	frappe.db.delete("Pipeline Snapshot", {"deal": ["in", made.world.deals]})
	frappe.db.commit()  # what was committed above is undone for good


@pytest.fixture
def reader() -> str:
	frappe.set_user("Administrator")
	email = f"reader-{frappe.generate_hash(length=10)}@example.com"
	roles = [{"role": role} for role in ("Sales Manager", "Sales User", "Accounts Manager", "System Manager")]
	user = {"first_name": "Reader", "send_welcome_email": 0, "new_password": PASSWORD, "language": "en"}
	factories.make("User", email=email, roles=roles, **user)
	frappe.db.commit()
	return email


def filters_of(name: str, filled: SimpleNamespace) -> dict[str, str]:
	made, today = filled.world, getdate()
	days = {"from_date": str(add_days(today, -300)), "to_date": str(today)}
	if name == "Pipeline Movement":
		days = {"from_date": str(filled.nights[-1]), "to_date": str(filled.nights[0])}
	if name in PEOPLE:
		return {**days, "team": made.team}
	if name in OTHERS:
		return {**days, **({"company": made.companies[0]} if name == OTHERS[0] else {})}
	return {**days, "company": "", "currency": "EUR", "pipeline": made.pipelines[0]}


def print_report(page: Page, name: str, filters: dict[str, str]) -> dict[str, Any]:
	"""Open a report and return what the screen has, columns and rows, and the page that is printed of it."""
	page.evaluate(
		"""([name, filters]) => {
			Object.assign(frappe.query_report, { data: null, datatable: null });
			frappe.route_options = filters;
			frappe.set_route('query-report', name);
		}""",
		[name, filters],
	)
	page.wait_for_function("(name) => frappe.query_report.report_name === name", arg=name)
	Desk(page).settle()
	page.wait_for_function(SHOWN)
	return dict(json.loads(page.evaluate(PRINTED)))


def number(text: str, grouping: str, point: str) -> float:
	"""Return the number that a text writes."""
	return float(flt(re.sub(r"[^\d,.\-]", "", text).replace(grouping, "").replace(point, ".").strip(".")))


def is_shown(text: str, value: Any, fieldtype: str, decimals: tuple[str, str]) -> bool:
	"""Tell whether a printed text shows a value: figures rounded as their column says, days as people write them."""
	if fieldtype in FIGURES:
		# Frappe 15 writes percentages with a point everywhere.
		written = (decimals, (",", ".")) if fieldtype == "Percent" else (decimals,)
		return any(abs(number(text, *each) - flt(value)) < 0.051 for each in written)
	if value in (None, ""):
		return not text
	if fieldtype in ("Date", "Datetime"):
		return text in (formatdate(value), format_datetime(value))
	return " ".join(str(value).split()) == text


def texts(cells: list[Any]) -> list[str]:
	return [" ".join(cell.text_content().split()) for cell in cells]


def numbers(words: list[str]) -> Counter[str]:
	"""Return the digits of each word that has some, and how often each."""
	return Counter(digits for word in words if (digits := re.sub(r"\D", "", word)))


def pdf_words(page: Page, printed: str) -> list[str]:
	answer = page.request.post(
		"/api/method/frappe.utils.print_format.report_to_pdf",
		form={"html": printed, "orientation": "Landscape"},
		headers={"X-Frappe-CSRF-Token": page.evaluate("frappe.csrf_token")},
	)
	return [word for one in PdfReader(io.BytesIO(answer.body())).pages for word in one.extract_text().split()]


def test_every_report_is_printed_as_it_is_shown(
	browser_page: Page, login: Callable[[Page, str, str], None], reader: str, filled: SimpleNamespace
) -> None:
	login(browser_page, reader, PASSWORD)
	Desk(browser_page).open("query-report/Forecast Accuracy")
	browser_page.wait_for_function("() => frappe.query_report?.datatable")
	shape = browser_page.evaluate("frappe.boot.sysdefaults.number_format")
	point, grouping, _places = get_number_format_info(shape)
	for name in (*REPORTS, *OTHERS):
		shown = print_report(browser_page, name, filters_of(name, filled))
		printed = shown["page"]
		[table] = html.fromstring(printed).xpath("//table[contains(@class, 'table-bordered')]")
		heads = texts(table.xpath("./thead//th"))[1:]
		assert heads == [column["label"] for column in shown["columns"]], name
		lines = [texts(line.xpath("./td"))[1:] for line in table.xpath("./tbody/tr")]
		assert len(lines) == len(shown["rows"]), name
		for line, row in zip(lines, shown["rows"], strict=True):
			for text, column in zip(line, shown["columns"], strict=True):
				value = row.get(column["fieldname"])
				assert is_shown(text, value, column["fieldtype"], (grouping, point)), (
					name,
					column,
					text,
					value,
				)
		if which("wkhtmltopdf"):
			# Long texts are broken into lines, figures never.
			figures = [
				place for place, column in enumerate(shown["columns"]) if column["fieldtype"] in FIGURES
			]
			wanted = numbers([word for line in lines for place in figures for word in line[place].split()])
			missing = wanted - numbers(pdf_words(browser_page, printed))
			assert not missing, (name, missing)
