"""Link past quotations, orders, invoices and projects to the deals that their sales became.

Only our own field is written, and only where it is empty; `modified`, ledgers and everything else of the documents stay.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import frappe

from crm_plus.rules import adoption as rules
from crm_plus.rules.adoption import SKIPPED
from crm_plus.workflows import deal_follow, deal_money
from crm_plus.workflows.adoption_ledger import DEAL, DEAL_KIND, DOCUMENT, ENTRY, Book, key_of, targets
from crm_plus.workflows.adoption_settling import settle
from crm_plus.workflows.adoption_sources import DEAL_SOURCES, DOCUMENT_CHAIN

QUOTATION = "Quotation"
FIELD = "crm_plus_deal"


@dataclass(slots=True)
class Sheet:
	"""The documents of one DocType in a batch: their companies, rows, and the deals that rows and headers get."""

	doctype: str
	headers: dict[str, Any]
	rows: dict[str, Any]
	row_deals: dict[str, str] = field(default_factory=dict)
	header_deals: dict[str, str] = field(default_factory=dict)

	@property
	def row_doctype(self) -> str:
		"""The DocType of the rows."""
		return f"{self.doctype} Item"


def next_quotations(after: str, limit: int) -> list[str]:
	"""Return the next quotations behind `after` that come from a sale of another module."""
	quotation, row = frappe.qb.DocType(QUOTATION), frappe.qb.DocType("Quotation Item")
	named = [quotation[column] != "" for column in header_columns()]
	origins = [source.row_doctype for source in DEAL_SOURCES if source.row_doctype]
	rows = (
		frappe.qb.from_(row)
		.select(row.parent)
		.where(row.prevdoc_doctype.isin(origins) & (row.prevdoc_docname != ""))
	)
	condition = frappe.query_builder.Criterion.any([*named, quotation.name.isin(rows)])
	query = frappe.qb.from_(quotation).select(quotation.name).where((quotation.name > after) & condition)
	return [name for (name,) in query.orderby(quotation.name).limit(limit).run()]


def header_columns() -> list[str]:
	"""Return the quotation's fields that name a sale of another module, those that this site has."""
	columns = [name for source in DEAL_SOURCES for name in source.quotation_fields]
	return [name for name in columns if frappe.db.has_column(QUOTATION, name)]


def link(book: Book, quotations: list[str]) -> None:
	"""Link quotations and all that was made from them, then bring the deals' money in step. The caller commits."""
	sheet = read_sheet(QUOTATION, quotations, ("prevdoc_doctype", "prevdoc_docname"))
	from_sales(sheet)
	sheets = [sheet]
	for doctype, _table, parent_field, row_field in DOCUMENT_CHAIN:
		sheet = follow_up(sheets[-1], doctype, parent_field, row_field)
		sheets.append(sheet)
	deals = companies_of(
		{deal for sheet in sheets for deal in (*sheet.row_deals.values(), *sheet.header_deals.values())}
	)
	touched: set[str] = set()
	for sheet in sheets:
		drop_foreign(book, sheet, deals)
		touched |= note(book, sheet)
	touched |= note_projects(book, sheets[1])
	book.write()
	for table in {*(s.doctype for s in sheets), *(s.row_doctype for s in sheets), "Project"}:
		apply(book.run, table, touched)
	refresh(sorted(touched))


def refresh(deals: list[str]) -> None:
	"""Bring amounts and profiles in step; the documents are known from now on and move no stage."""
	if not deals:
		return
	deal_money.refresh(deals)
	deal_follow.remember_documents(deals)
	settle(frappe.get_all(DEAL, filters={"name": ["in", deals]}, pluck="customer_profile"))


def read_sheet(doctype: str, names: Collection[str], columns: tuple[str, ...]) -> Sheet:
	"""Read documents and their rows."""
	where = {"name": ["in", list(names) or [""]]}
	extra = header_columns() if doctype == QUOTATION else []
	headers = frappe.get_all(doctype, filters=where, fields=["name", "company", FIELD, *extra])
	rows = frappe.get_all(
		f"{doctype} Item",
		filters={"parent": ["in", list(names) or [""]], "parenttype": doctype},
		fields=["name", "parent", FIELD, *columns],
		order_by="parent asc, idx asc",
	)
	return Sheet(doctype, {row.name: row for row in headers}, {row.name: row for row in rows})


def from_sales(sheet: Sheet) -> None:
	"""Give quotations the deals of the sales that they were made from."""
	columns = {name: source.doctype for source in DEAL_SOURCES for name in source.quotation_fields}
	by_header = {}
	for column in header_columns():
		values = {row[column] for row in sheet.headers.values() if row[column]}
		found = targets(DEAL_KIND, columns[column], values)
		by_header.update(
			{row.name: found[row[column]] for row in sheet.headers.values() if row[column] in found}
		)
	by_row = {}
	for source in DEAL_SOURCES:
		rows = [
			row
			for row in sheet.rows.values()
			if source.row_doctype and row.prevdoc_doctype == source.row_doctype
		]
		found = targets(
			DEAL_KIND, source.doctype, {row.prevdoc_docname for row in rows if row.prevdoc_docname}
		)
		by_row.update({row.name: found[row.prevdoc_docname] for row in rows if row.prevdoc_docname in found})
	assign(sheet, by_row, by_header)


def follow_up(earlier: Sheet, doctype: str, parent_field: str, row_field: str) -> Sheet:
	"""Return the documents made from earlier ones, with the deals of the rows that they were made from."""
	parents = {*earlier.header_deals, *(earlier.rows[name].parent for name in earlier.row_deals)}
	rows = frappe.get_all(
		f"{doctype} Item",
		filters={parent_field: ["in", list(parents) or [""]], "parenttype": doctype},
		pluck="parent",
	)
	sheet = read_sheet(doctype, set(rows), (parent_field, row_field))
	by_row = {}
	for row in sheet.rows.values():
		deal = earlier.row_deals.get(row[row_field]) or earlier.header_deals.get(row[parent_field])
		if deal:
			by_row[row.name] = deal
	loose = {row.parent for row in sheet.rows.values() if not row[parent_field] and row.name not in by_row}
	assign(sheet, by_row, only_deals(sheet, by_row, loose, parent_field))
	return sheet


def only_deals(sheet: Sheet, by_row: Mapping[str, str], loose: set[str], parent_field: str) -> dict[str, str]:
	"""Return the deal of those documents whose loose rows, made from nothing, can only belong to one."""
	found: dict[str, set[str]] = {name: set() for name in loose}
	for row in sheet.rows.values():
		if row.parent in found and (row[parent_field] or row.name in by_row):
			found[row.parent].add(by_row.get(row.name, ""))
	return {name: deals.pop() for name, deals in found.items() if len(deals) == 1 and "" not in deals}


def assign(sheet: Sheet, by_row: Mapping[str, str], by_header: Mapping[str, str]) -> None:
	"""Set the deal of each row: what it has, its own, else its document's; a document whose rows agree names it too.

	What is set already counts, and is left as it is.
	"""
	for row in sheet.rows.values():
		deal = row[FIELD] or by_row.get(row.name) or by_header.get(row.parent)
		if deal:
			sheet.row_deals[row.name] = deal
	agreed: dict[str, set[str]] = {}
	for row in sheet.rows.values():
		agreed.setdefault(row.parent, set()).add(sheet.row_deals.get(row.name, ""))
	for name, header in sheet.headers.items():
		deals = agreed.get(name, set()) - {""}
		deal = header[FIELD] or (deals.pop() if len(agreed.get(name, ())) == 1 and deals else None)
		if deal:
			sheet.header_deals[name] = deal


def companies_of(deals: set[str]) -> dict[str, str]:
	"""Return the company of each deal that is there."""
	rows = frappe.get_all(DEAL, filters={"name": ["in", list(deals) or [""]]}, fields=["name", "company"])
	return {row.name: row.company for row in rows}


def drop_foreign(book: Book, sheet: Sheet, companies: Mapping[str, str]) -> None:
	"""Leave out documents of another company than the deal's: their amounts could not be added up."""
	for name, header in sheet.headers.items():
		rows = [row.name for row in sheet.rows.values() if row.parent == name]
		wanted = {sheet.row_deals.get(row) for row in rows} | {sheet.header_deals.get(name)}
		if all(deal is None or companies.get(deal) == header.company for deal in wanted):
			continue
		sheet.header_deals.pop(name, None)
		for row in rows:
			sheet.row_deals.pop(row, None)
		source = (sheet.doctype, name)
		skip(book, source)


def skip(book: Book, source: tuple[str, str]) -> None:
	"""Note a document that stays without a deal, once."""
	if not frappe.db.exists(ENTRY, {"entry_key": key_of(DOCUMENT, source)}):
		book.note(DOCUMENT, SKIPPED, source, ("", ""), reason=rules.OTHER_COMPANY)
		book.tally[SKIPPED] += 1


def note(book: Book, sheet: Sheet) -> set[str]:
	"""Note every empty header and row that gets a deal; returns those deals."""
	touched = set()
	for doctype, rows, deals in (
		(sheet.row_doctype, sheet.rows, sheet.row_deals),
		(sheet.doctype, sheet.headers, sheet.header_deals),
	):
		for name, deal in deals.items():
			if not rows[name][FIELD]:
				book.hangs(DOCUMENT, (doctype, name), (DEAL, deal), (DEAL, deal))
				touched.add(deal)
	linked = {sheet.rows[name].parent for name in sheet.row_deals if not sheet.rows[name][FIELD]}
	book.tally[rules.LINKED] += len(linked) if sheet.doctype == QUOTATION else 0
	return touched


def note_projects(book: Book, orders: Sheet) -> set[str]:
	"""Note the projects of orders that get a deal; returns those deals."""
	where = {"sales_order": ["in", list(orders.header_deals) or [""]], FIELD: ["is", "not set"]}
	projects = frappe.get_all("Project", filters=where, fields=["name", "sales_order"])
	for project in projects:
		deal = orders.header_deals[project.sales_order]
		book.hangs(DOCUMENT, ("Project", project.name), (DEAL, deal), (DEAL, deal))
	return {orders.header_deals[project.sales_order] for project in projects}


def apply(run: str, doctype: str, deals: Collection[str]) -> None:
	"""Write the deals that this run noted into the empty fields of one table: one statement, however many."""
	if not deals:
		return
	table, entry = frappe.qb.DocType(doctype), frappe.qb.DocType(ENTRY)
	(
		frappe.qb.update(table)
		.join(entry)
		.on((entry.source_doctype == doctype) & (entry.source_name == table.name) & (entry.kind == DOCUMENT))
		.set(table[FIELD], entry.target_name)
		.where((entry.run == run) & (entry.holder_doctype == DEAL) & entry.holder_name.isin(list(deals)))
		.where(table[FIELD].isnull() | (table[FIELD] == ""))
		.run()
	)
