"""The history of a customer across its names in ERPNext: what was quoted, ordered, delivered, invoiced and paid, and its deals.

Documents from when the customer was no customer yet are part of it. Amounts are shown to readers who may read invoices;
everybody else sees that a document exists if he may open it, and no amount at all.
"""

from typing import Any

import frappe
from frappe.query_builder.functions import Sum
from frappe.utils import add_to_date, getdate, nowdate

from crm_plus.access.rows import readable_rows
from crm_plus.reports.readable_documents import as_row, may_read, readable_documents
from crm_plus.setup.compatibility import PROFILE_FIELDS

# What a form can show at once, of each DocType; the lists of ERPNext have the rest.
ROWS_EACH = 20
BY_CUSTOMER = {
	"Sales Order": "customer",
	"Delivery Note": "customer",
	"Sales Invoice": "customer",
	"Payment Entry": "party",
	"Project": "customer",
}


def documents_of_profile(profile: str) -> dict[str, Any]:
	"""Return rows newest first, open deals, and what the form's strip shows: last contact, last order, sales, overdue.

	A row's total is in its document's currency; sales and overdue are in each company's. The caller has made sure that
	the reader may read the profile.
	"""
	values = frappe.db.get_value(
		"Customer Profile", profile, [*PROFILE_FIELDS.values(), "last_interaction_on"], as_dict=True
	)
	parties = {party_type: values[field] for party_type, field in PROFILE_FIELDS.items() if values[field]}
	customer = parties.get("Customer")
	rows, has_more = document_rows(parties)
	shows_amounts = may_read("Sales Invoice")
	deals = open_deals(profile)
	if not shows_amounts:
		rows = [{**row, "total": None, "currency": ""} for row in rows]
		deals = [{**deal, "amount": None} for deal in deals]
	return {
		"rows": rows,
		"has_more": has_more,
		"deals": deals,
		"shows_amounts": shows_amounts,
		"may_open": any(may_read(doctype) for doctype in ("Quotation", *BY_CUSTOMER)),
		"last_contact": values.last_interaction_on,
		"last_order": next(
			(row["date"] for row in rows if row["doctype"] == "Sales Order" and row["counts"]), None
		),
		"companies": company_sums(customer) if shows_amounts and customer else [],
	}


def document_rows(parties: dict[str, str]) -> tuple[list[dict[str, Any]], bool]:
	"""Return the newest readable documents of a customer's parties, and whether there are more of some kind."""
	found = {"Quotation": quotations(parties)}
	if parties.get("Customer"):
		for doctype, field in BY_CUSTOMER.items():
			filters = [[field, "=", parties["Customer"]]]
			if field == "party":
				filters.append(["party_type", "=", "Customer"])
			found[doctype] = readable_documents(doctype, filters=filters, limit=ROWS_EACH + 1)
	rows = [as_row(doctype, one) for doctype, documents in found.items() for one in documents[:ROWS_EACH]]
	rows.sort(key=lambda row: (row["date"], row["name"]), reverse=True)
	return rows, any(len(documents) > ROWS_EACH for documents in found.values())


def quotations(parties: dict[str, str]) -> list[dict[str, Any]]:
	"""Return the newest readable quotations to each of the parties, those whose DocType has vanished from ERPNext included."""
	found = [
		one
		for party_type, party in parties.items()
		for one in readable_documents(
			"Quotation",
			filters=[["quotation_to", "=", party_type], ["party_name", "=", party]],
			limit=ROWS_EACH + 1,
		)
	]
	return sorted(found, key=lambda one: (one["transaction_date"], one["name"]), reverse=True)


def open_deals(profile: str) -> list[dict[str, Any]]:
	"""Return the profile's open deals that the reader may read; amounts in each deal's currency."""
	return frappe.get_list(
		"Deal",
		filters={"customer_profile": profile, "status": "Open"},
		fields=["name", "title", "amount", "currency", "expected_close_date"],
		order_by="creation desc",
		limit=ROWS_EACH,
	)


def company_sums(customer: str) -> list[dict[str, Any]]:
	"""Return, for each company, what the customer was invoiced in the last twelve months and what is overdue.

	In company currency, over the invoices that the reader may read; returns lessen both.
	"""
	invoice = frappe.qb.DocType("Sales Invoice")
	base = (
		frappe.qb.from_(invoice)
		.where((invoice.docstatus == 1) & (invoice.customer == customer))
		.where(readable_rows("Sales Invoice"))
		.groupby(invoice.company)
	)
	year = getdate(add_to_date(nowdate(), months=-12))
	sales = base.select(invoice.company, Sum(invoice.base_grand_total)).where(invoice.posting_date > year)
	overdue = (
		base.select(
			*(invoice.company, invoice.party_account_currency),
			*(Sum(invoice.outstanding_amount), Sum(invoice.outstanding_amount * invoice.conversion_rate)),
		)
		.where((invoice.outstanding_amount != 0) & (invoice.due_date < getdate(nowdate())))
		.groupby(invoice.party_account_currency)
	)
	sums: dict[str, dict[str, Any]] = {}
	for company, amount in sales.run():
		company_row(sums, company)["sales"] += amount or 0
	for company, account_currency, amount, converted in overdue.run():
		row = company_row(sums, company)
		row["overdue"] += (amount if account_currency == row["currency"] else converted) or 0
	return [sums[company] for company in sorted(sums)]


def company_row(sums: dict[str, dict[str, Any]], company: str) -> dict[str, Any]:
	"""Return the company's line in `sums`, made with zeros where it is not there yet."""
	if company not in sums:
		currency = frappe.get_cached_value("Company", company, "default_currency")
		sums[company] = {"company": company, "currency": currency, "sales": 0.0, "overdue": 0.0}
	return sums[company]
