"""Who of the customers still buys, and what they will buy in a year, by a model that is fitted to their own purchases.

Purchases are the days with invoices, of all time and of the filters' company; the customers are those whose worth the readers
may know. The fit is kept for a day: the same purchases give the same model. Where it is kept, a chart of a few customers asks
for the purchases of these alone.
"""

import hashlib
import math
from collections import Counter
from dataclasses import astuple, dataclass, field
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from pypika import CustomFunction
from pypika.functions import Concat, Count, Sum

from crm_plus.reports.customer_value import PROFILE, invoices_of, profile_rows, purchases
from crm_plus.reports.purchase_fit import fit, has_scipy
from crm_plus.reports.report_scope import Scope
from crm_plus.rules.purchases import (
	LEAST_CUSTOMERS,
	LEAST_REPEATERS,
	WEEKS_OF_YEAR,
	Buyer,
	Model,
	chance_alive,
	enough,
	expected_purchases,
)

KEPT_SECONDS = 86_400
DAYS_OF_WEEK = 7
CHECKSUM = CustomFunction("CRC32", ["text"])
DAY_OF_YEAR = CustomFunction("DAYOFYEAR", ["day"])


@dataclass(frozen=True)
class Future:
	"""The model, None where there is none, the sentence that says why, and what each customer bought."""

	model: Model | None = None
	sentence: str = ""
	buyers: dict[str, Buyer] = field(default_factory=dict)

	def of(self, customer: str, average: float | None) -> dict[str, float | None]:
		"""Return a customer's chance to still buy (percent), his purchases of the next year, and what they come to.

		Of one who bought once the model knows no leaving: instead of a hundred percent there is no chance at all.
		"""
		buyer = self.buyers.get(customer)
		if not self.model or not buyer:
			return {"alive": None, "next_purchases": None, "next_worth": None}
		count = expected_purchases(self.model, buyer, WEEKS_OF_YEAR)
		return {
			"alive": chance_alive(self.model, buyer) * 100 if buyer.repeats else None,
			"next_purchases": count,
			"next_worth": None if average is None else count * average,
		}


def customer_future(scope: Scope) -> Future:
	"""Return the future of the customers of the filters; one query, and a fit of a second or two once a day."""
	if not has_scipy():
		return Future(
			sentence=_(
				"Who still buys is not reckoned: that needs SciPy on the server (bench pip install scipy, then bench restart)."
			)
		)
	buyers = read_buyers(scope)
	repeaters = sum(buyer.repeats > 0 for buyer in buyers.values())
	if not enough(len(buyers), repeaters):
		return Future(
			sentence=_(
				"There are too few purchases to reckon who still buys: {0} of {1} customers came back, {2} of {3} are needed."
			).format(repeaters, len(buyers), LEAST_REPEATERS, LEAST_CUSTOMERS)
		)
	model = fitted(list(buyers.values()))
	if not model:
		return Future(
			sentence=_("Who still buys is not reckoned: no model fits the purchases of these customers.")
		)
	return Future(model, "", buyers)


def read_buyers(scope: Scope, customers: list[str] | None = None) -> dict[str, Buyer]:
	"""Return how often each customer came back, when last, and since when he is known; of some Customers, or of all."""
	invoice = frappe.qb.DocType("Sales Invoice")
	so_far = invoice.posting_date < scope.today + timedelta(days=1)
	if customers is not None:
		so_far &= invoice.customer.isin(customers or [""])
	each = purchases(scope, so_far).as_("each")
	rows = (
		frappe.qb.from_(each)
		.select(each.name, each.purchases, each.first_on, each.last_on)
		.where(each.purchases > 0)
		.run()
	)
	return {
		name: Buyer(
			int(count) - 1, (last - first).days / DAYS_OF_WEEK, (scope.today - first).days / DAYS_OF_WEEK
		)
		for name, count, first, last in rows
	}


def fitted(buyers: list[Buyer]) -> Model | None:
	"""Return the model of these customers, from the cache where they are the same as before."""
	looks = sorted(Counter((buyer.repeats, buyer.last, buyer.age) for buyer in buyers).items())
	key = f"crm_plus_purchase_model_{hashlib.sha256(repr(looks).encode()).hexdigest()}"
	kept = frappe.cache.get_value(key)
	if not kept:
		found = fit(*zip(*((buyer.repeats, buyer.last, buyer.age) for buyer in buyers), strict=True))
		kept = [found.r, found.alpha, found.a, found.b] if found else ["none"]
		frappe.cache.set_value(key, kept, expires_in_sec=KEPT_SECONDS)
	return Model(*kept) if len(kept) > 1 and all(math.isfinite(value) for value in kept) else None


def drawn_future(scope: Scope, profiles: list[str]) -> Future:
	"""Return the future of a few customers, by the model of all of them; these are read only where it is not kept."""
	key = f"crm_plus_purchase_model_of_{fingerprint(scope)}"
	kept = frappe.cache.get_value(key, expires=True) if has_scipy() else None
	if not kept:
		future = customer_future(scope)
		if future.model:
			frappe.cache.set_value(key, list(astuple(future.model)), expires_in_sec=KEPT_SECONDS)
		return future
	found = frappe.get_all(
		PROFILE, filters={"name": ["in", profiles or [""]]}, pluck="erpnext_customer", limit=0
	)
	return Future(Model(*kept), "", read_buyers(scope, found))


def fingerprint(scope: Scope) -> str:
	"""Return what differs wherever the customers of the filters or what anybody bought so far do, or the day.

	Sums of checksums, which the database makes along two indexes in the time that it takes to read them: the second one of
	purchases weighs them by their day, so that none makes up for another.
	"""
	profile, invoice = frappe.qb.DocType(PROFILE), frappe.qb.DocType("Sales Invoice")
	customers = (
		frappe.qb.from_(profile)
		.select(Count("*"), Sum(CHECKSUM(profile.erpnext_customer)))
		.where(profile_rows(scope, profile))
		.run()
	)
	purchase = CHECKSUM(Concat(invoice.customer, invoice.posting_date))
	so_far = (invoice.posting_date < scope.today + timedelta(days=1)) & (invoice.is_return == 0)
	days = (
		invoices_of(scope, so_far)
		.select(Count("*"), Sum(purchase), Sum(purchase * DAY_OF_YEAR(invoice.posting_date)))
		.run()
	)
	return hashlib.sha256(repr((scope.today, sorted(scope.rates), customers, days)).encode()).hexdigest()


def with_future(
	scope: Scope, rows: list[dict[str, Any]], *, drawn: bool = False
) -> tuple[Future, list[dict[str, Any]]]:
	"""Return the future, and the rows of customers with theirs; `average` is what a purchase of each comes to.

	Where they are only `drawn` they are few of many, and the future need not know of others.
	"""
	future = drawn_future(scope, [row["name"] for row in rows]) if drawn else customer_future(scope)
	return future, [{**row, **future.of(row["name"], row.get("average"))} for row in rows]
