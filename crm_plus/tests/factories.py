"""Records that site tests need, each with a name of its own; whatever a test does not say gets a value that works.

Nothing here commits: the test base does. Amounts are in the currency that the record names, by default the company's.
"""

import uuid
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import nowdate

SECOND_COMPANY = "Globex USA"


def unique(prefix: str) -> str:
	"""Return `prefix` with an ending that no other record has, even where hypothesis seeds the random module."""
	return f"{prefix} {uuid.uuid4().hex[:10]}"


def company() -> str:
	"""Return the name of the site's first company (its currency is not USD)."""
	return frappe.get_all(
		"Company", {"name": ["!=", SECOND_COMPANY]}, pluck="name", order_by="creation", limit=1
	)[0]


def make(doctype: str, **values: Any) -> Document:
	"""Insert a record of any DocType."""
	if doctype == "User":
		frappe.local.conf.throttle_user_limit = 10**6  # Frappe allows 60 new users an hour, tests need more
	return frappe.get_doc({"doctype": doctype, **values}).insert()


def make_company2() -> str:
	"""Return the second company, which keeps its books in USD; made once a site."""
	if not frappe.db.exists("Company", SECOND_COMPANY):
		make(
			"Company",
			company_name=SECOND_COMPANY,
			abbr="GLU",
			default_currency="USD",
			country="United States",
			create_chart_of_accounts_based_on="Standard Template",
			chart_of_accounts="Standard",
		)
		# For the whole run: rolled back with one test it would come again under what Frappe has cached of it half-made.
		frappe.db.commit()
		frappe.clear_cache()
	return SECOND_COMPANY


def make_exchange_rate(from_currency: str, to_currency: str, rate: float, date: str | None = None) -> None:
	"""Store the exchange rate that ERPNext is to find for a day (today unless said), so that nobody asks the internet."""
	date = date or nowdate()
	key = {"from_currency": from_currency, "to_currency": to_currency, "date": date}
	for name in frappe.get_all("Currency Exchange", key, pluck="name"):
		frappe.delete_doc("Currency Exchange", name)
	make("Currency Exchange", **key, exchange_rate=rate, for_buying=1, for_selling=1)


def forget_exchange_rates(one: str, other: str, since: str) -> None:
	"""Take away the exchange rates between two currencies from a day on."""
	pair = ("in", (one, other))
	frappe.db.delete("Currency Exchange", {"from_currency": pair, "to_currency": pair, "date": (">=", since)})


def make_profile(**values: Any) -> Document:
	"""Insert a Customer Profile, an organization unless said otherwise; that of a Customer who has one gets the values."""
	customer = values.get("erpnext_customer")
	existing = customer and frappe.db.get_value("Customer Profile", {"erpnext_customer": customer})
	if existing:
		return frappe.get_doc("Customer Profile", existing).update(values).save()
	return make(
		"Customer Profile", **{"profile_type": "Organization", "full_name": unique("Customer"), **values}
	)


def make_customer(**values: Any) -> Document:
	"""Insert an ERPNext Customer in groups that are no group nodes."""
	defaults = {
		"customer_name": unique("Customer"),
		"customer_type": "Company",
		"customer_group": leaf("Customer Group"),
		"territory": leaf("Territory"),
	}
	return make("Customer", **{**defaults, **values})


def make_item(rate: float | None = None, price_list: str = "Standard Selling", **values: Any) -> Document:
	"""Insert a service Item (no stock), with a price in `price_list` and its currency where `rate` is given."""
	code = values.pop("item_code", None) or unique("Item")
	defaults = {"item_code": code, "item_name": code, "item_group": leaf("Item Group"), "stock_uom": "Nos"}
	item = make("Item", **{**defaults, "is_stock_item": 0, "is_sales_item": 1, **values})
	if rate is not None:
		make("Item Price", item_code=item.name, price_list=price_list, price_list_rate=rate)
	return item


def make_price_list(currency: str, **values: Any) -> Document:
	"""Insert a selling Price List in a currency."""
	return make(
		"Price List",
		**{"price_list_name": unique("Prices"), "currency": currency, "selling": 1, "enabled": 1, **values},
	)


def make_deal(**values: Any) -> Document:
	"""Insert a Deal: a new profile, the first company, a typed amount of 1,000 unless items or an amount are given.

	`items` are dicts of Deal Item; one without item_code gets a new Item.
	"""
	items = values.pop("items", [])
	defaults = {"title": unique("Deal"), "company": company(), "amount": 0 if items else 1000}
	if "customer_profile" not in values:
		defaults["customer_profile"] = make_profile().name
	rows = [{"qty": 1, **row, "item_code": row.get("item_code") or make_item().name} for row in items]
	return make("Deal", **{**defaults, **values, "items": rows})


def make_pipeline(
	stages: tuple[str | dict, ...] = ("New", "Talking", "Won", "Lost"), **values: Any
) -> Document:
	"""Insert a Pipeline with stages in the given order; a name "Won" or "Lost" has that outcome.

	A stage may be a dict of Pipeline Stage with at least `stage_name`. Its record is called "<pipeline>-<stage_name>".
	"""
	pipeline = make("Pipeline", **{"pipeline_name": unique("Pipeline"), **values})
	for position, stage in enumerate(stages, 1):
		stage = {"stage_name": stage} if isinstance(stage, str) else stage
		make_stage(pipeline.name, **{"position": position, **stage})
	return pipeline


def make_stage(pipeline: str, stage_name: str, **values: Any) -> Document:
	"""Insert a Pipeline Stage; its outcome follows from the names Won and Lost unless given."""
	outcome = stage_name if stage_name in ("Won", "Lost") else "Open"
	probability = {"Open": 50, "Won": 100, "Lost": 0}[values.get("outcome", outcome)]
	defaults = {"outcome": outcome, "probability": probability}
	return make("Pipeline Stage", pipeline=pipeline, stage_name=stage_name, **{**defaults, **values})


def make_lost_reason(**values: Any) -> Document:
	"""Insert a Lost Reason."""
	return make("Lost Reason", **{"reason": unique("Reason"), **values})


def make_user(*roles: str, **values: Any) -> Document:
	"""Insert a User with these roles; sends no mail."""
	email = f"{uuid.uuid4().hex[:12]}@example.com"
	names = {"email": email, "first_name": unique("User"), "send_welcome_email": 0}
	user = make("User", **{**names, **values})
	user.add_roles(*roles)
	return user


def leaf(tree: str) -> str:
	"""Return a node of a tree DocType that is no group, made where the site has none."""
	found = frappe.get_all(tree, {"is_group": 0}, pluck="name", order_by="lft", limit=1)
	if found:
		return found[0]
	root = frappe.get_all(tree, {"is_group": 1}, pluck="name", order_by="lft", limit=1)[0]
	fieldname = frappe.scrub(tree)
	return make(tree, **{f"{fieldname}_name": unique(tree), f"parent_{fieldname}": root, "is_group": 0}).name
