"""What a business has before its first customer: companies, years, rates, prices, people and teams."""

from collections.abc import Callable
from dataclasses import dataclass

import frappe
from frappe.utils import add_months, get_first_day, getdate, nowdate
from frappe.utils.password import update_password

PASSWORD = "crm-plus-demo"
YEARS = 3
SECOND_COMPANY = "Acme Americas"
RATE_OF_A_DOLLAR = (0.95, 0.93, 0.91, 0.92, 0.94, 0.9, 0.88, 0.89, 0.92, 0.93, 0.91, 0.87)
ITEMS = (
	("Consulting Day", "Services", 1200, 1350),
	("Training Day", "Services", 980, 1100),
	("Support Contract, One Year", "Services", 4800, 5400),
	("Installation", "Services", 1750, 1950),
	("Site Survey", "Services", 640, 720),
	("Control Unit C-100", "Products", 3450, 3890),
	("Control Unit C-300", "Products", 7900, 8900),
	("Sensor Kit S-10", "Products", 289, 325),
	("Sensor Kit S-40", "Products", 1049, 1190),
	("Gateway G-2", "Products", 1580, 1790),
	("Licence, Ten Seats", "Products", 2400, 2700),
	("Spare Parts Box", "Products", 415, 469),
)
PRICE_LISTS = {"EUR": "Demo Selling EUR", "USD": "Demo Selling USD"}


# Whose work begins in CRM Plus: the others begin where ERPNext greets them.
GREETED = {"Sales User", "Sales Manager", "Marketing User", "Support Team"}


@dataclass(frozen=True)
class Person:
	"""A user of the demo. `shown` are those whose login is printed; `team` is led where `leads` is set."""

	title: str
	name: str
	email: str
	roles: tuple[str, ...]
	team: str = ""
	leads: bool = False
	shown: bool = True


PEOPLE = (
	Person("Sales agent", "Anna Keller", "anna@demo.crm-plus.localhost", ("Sales User",), "Europe North"),
	Person(
		"Sales agent",
		"Ben Okafor",
		"ben@demo.crm-plus.localhost",
		("Sales User",),
		"Europe North",
		shown=False,
	),
	Person(
		"Sales agent",
		"Chiara Rossi",
		"chiara@demo.crm-plus.localhost",
		("Sales User",),
		"Europe South",
		shown=False,
	),
	Person(
		"Sales agent, other team", "Dan Miller", "dan@demo.crm-plus.localhost", ("Sales User",), "Americas"
	),
	Person(
		"Sales manager",
		"Eva Lindqvist",
		"eva@demo.crm-plus.localhost",
		("Sales Manager", "Sales User"),
		"Sales",
		leads=True,
	),
	Person("Marketing", "Jana Novak", "jana@demo.crm-plus.localhost", ("Marketing User",)),
	Person("Support", "Femi Adeyemi", "femi@demo.crm-plus.localhost", ("Support Team",)),
	Person("Accountant", "Greta Weiss", "greta@demo.crm-plus.localhost", ("Accounts User",)),
	Person(
		"Accounts manager",
		"Hugo Martin",
		"hugo@demo.crm-plus.localhost",
		("Accounts Manager", "Accounts User"),
	),
	Person(
		"Administrator", "Ines Duarte", "ines@demo.crm-plus.localhost", ("System Manager", "Sales Manager")
	),
)
TEAMS = (("Sales", ""), ("Europe North", "Sales"), ("Europe South", "Sales"), ("Americas", "Sales"))


def make(say: Callable[[str], None]) -> None:
	"""Make what is missing, in order; each step commits."""
	steps = (
		("companies and fiscal years", make_companies),
		("exchange rates and price lists", make_rates_and_prices),
		("users and teams", make_people),
		("who sees what", show_to_teams),
	)
	for title, step in steps:
		say(f"… {title}")
		step()
		frappe.db.commit()


def agents() -> list[str]:
	"""Return the users who own deals."""
	return [person.email for person in PEOPLE if person.roles == ("Sales User",)]


def first_company() -> str:
	"""Return the company that the site was set up with."""
	return frappe.get_all("Company", {"name": ["!=", SECOND_COMPANY]}, pluck="name", order_by="creation")[0]


def make_companies() -> None:
	"""Make the second company, which keeps its books in dollars, and the years that the demo lives in."""
	make_years()
	make_once(
		"Company",
		{"company_name": SECOND_COMPANY},
		abbr="AA",
		default_currency="USD",
		country="United States",
		create_chart_of_accounts_based_on="Standard Template",
		chart_of_accounts="Standard",
	)
	make_foreign_receivables()


def make_foreign_receivables() -> None:
	"""Make an account for customers who pay in the other company's currency: ERPNext keeps one a currency."""
	for company in (first_company(), SECOND_COMPANY):
		own = frappe.get_cached_value("Company", company, "default_currency")
		foreign = "EUR" if own == "USD" else "USD"
		receivable = {"company": company, "account_type": "Receivable", "is_group": 0}
		if receivable_account(company, foreign):
			continue
		parent = frappe.db.get_value("Account", receivable, "parent_account")
		frappe.get_doc(
			{
				"doctype": "Account",
				**receivable,
				"account_name": f"Debtors {foreign}",
				"parent_account": parent,
				"account_currency": foreign,
			}
		).insert()


def receivable_account(company: str, currency: str) -> str | None:
	"""Return the account that customers who pay in a currency owe on."""
	return frappe.db.get_value(
		"Account",
		{"company": company, "account_type": "Receivable", "is_group": 0, "account_currency": currency},
	)


def make_years() -> None:
	"""Make the fiscal years back to where the demo begins."""
	this_year = getdate(nowdate()).year
	for year in range(this_year - YEARS, this_year + 1):
		start = f"{year}-01-01"
		if not frappe.db.exists(
			"Fiscal Year", {"year_start_date": ["<=", start], "year_end_date": [">=", start]}
		):
			frappe.get_doc(
				{
					"doctype": "Fiscal Year",
					"year": str(year),
					"year_start_date": start,
					"year_end_date": f"{year}-12-31",
				}
			).insert()


def make_rates_and_prices() -> None:
	"""Make a rate for each month and the items with a price in each currency."""
	month = get_first_day(add_months(nowdate(), -12 * YEARS - 1))
	while month <= getdate(nowdate()):
		rate = RATE_OF_A_DOLLAR[month.month - 1]
		make_once(
			"Currency Exchange",
			{"from_currency": "USD", "to_currency": "EUR", "date": month},
			exchange_rate=rate,
		)
		make_once(
			"Currency Exchange",
			{"from_currency": "EUR", "to_currency": "USD", "date": month},
			exchange_rate=round(1 / rate, 6),
		)
		month = getdate(add_months(month, 1))
	for currency, price_list in PRICE_LISTS.items():
		make_once("Price List", {"price_list_name": price_list}, currency=currency, selling=1, enabled=1)
	for item, group, euro, dollar in ITEMS:
		make_item(item, group, {"EUR": euro, "USD": dollar})
	sell_from_the_demo_lists()


def sell_from_the_demo_lists() -> None:
	"""Let whoever makes a deal by hand find prices, and quote one that has an amount and no items."""
	if not frappe.db.get_single_value("CRM Plus Settings", "default_item"):
		frappe.db.set_single_value("CRM Plus Settings", "default_item", ITEMS[0][0])
	own = frappe.get_cached_value("Company", first_company(), "default_currency")
	if own in PRICE_LISTS:
		settings = frappe.get_doc("Selling Settings")
		settings.selling_price_list = PRICE_LISTS[own]
		settings.save()


def make_item(name: str, group: str, prices: dict[str, float]) -> None:
	"""Make a sales item without stock and its prices."""
	make_once(
		"Item",
		{"item_code": name},
		item_name=name,
		item_group=item_group(group),
		stock_uom="Nos",
		is_stock_item=0,
	)
	for currency, price in prices.items():
		make_once(
			"Item Price", {"item_code": name, "price_list": PRICE_LISTS[currency]}, price_list_rate=price
		)


def item_group(name: str) -> str:
	"""Return ERPNext's own group of that name, else any that is no group node."""
	if frappe.db.exists("Item Group", name):
		return name
	return frappe.get_all("Item Group", {"is_group": 0}, pluck="name", limit=1)[0]


def make_people() -> None:
	"""Make the users with their password, and the teams they work in."""
	for person in PEOPLE:
		make_user(person)
	for team, parent in TEAMS:
		if frappe.db.exists("Revenue Team", team):
			continue
		members = [{"user": one.email, "is_leader": int(one.leads)} for one in PEOPLE if one.team == team]
		frappe.get_doc(
			{
				"doctype": "Revenue Team",
				"team_name": team,
				"parent_revenue_team": parent,
				"is_group": int(not parent),
				"members": members,
			}
		).insert()


def show_to_teams() -> None:
	"""Let each team see its own, so that the logins show the differences."""
	for kind in ("deal", "profile", "interaction", "follow_up"):
		frappe.db.set_single_value("CRM Plus Settings", f"{kind}_visibility", "Team")


def make_user(person: Person) -> None:
	"""Make a user who gets no mail."""
	if frappe.db.exists("User", person.email):
		return
	first, _space, last = person.name.partition(" ")
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": person.email,
			"first_name": first,
			"last_name": last,
			"send_welcome_email": 0,
			**({"default_workspace": "CRM Plus"} if GREETED & {*person.roles} else {}),
			"roles": [{"role": role} for role in person.roles],
		}
	)
	user.flags.no_welcome_mail = True
	user.insert()
	update_password(user.name, PASSWORD)
	# Frappe mails an assignment besides ringing the bell.
	frappe.db.set_value("Notification Settings", user.name, "enable_email_notifications", 0)


def make_once(doctype: str, key: dict, **values: object) -> None:
	"""Insert a record unless one with this key exists."""
	if not frappe.db.exists(doctype, key):
		frappe.get_doc({"doctype": doctype, **key, **values}).insert()
