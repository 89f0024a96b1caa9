"""Every field that CRM Plus adds to ERPNext's documents, as data: install and uninstall walk this one table."""

MODULE = "CRM Plus"

DEAL_LINK = {
	"fieldname": "crm_plus_deal",
	"label": "Deal",
	"fieldtype": "Link",
	"options": "Deal",
	"module": MODULE,
	"search_index": 1,
	"allow_on_submit": 1,
	"print_hide": 1,
}


def deal_field(insert_after: str, **changes: object) -> dict[str, object]:
	"""Return the Deal link as a custom field behind `insert_after`, with `changes` on top."""
	return {**DEAL_LINK, "insert_after": insert_after, **changes}


HEADER_HINT = "The deal that this document belongs to; fills the rows that name none."
ROW_HINT = "The deal that this row bills, where one document serves several deals."

CUSTOM_FIELDS = {
	"Quotation": [deal_field("party_name", description=HEADER_HINT, in_standard_filter=1)],
	"Sales Order": [deal_field("customer_name", description=HEADER_HINT, in_standard_filter=1)],
	"Sales Invoice": [deal_field("customer_name", description=HEADER_HINT, in_standard_filter=1)],
	"Project": [deal_field("sales_order", allow_on_submit=0)],
	"Quotation Item": [deal_field("prevdoc_docname", description=ROW_HINT)],
	"Sales Order Item": [deal_field("prevdoc_docname", description=ROW_HINT)],
	"Sales Invoice Item": [deal_field("so_detail", description=ROW_HINT)],
}
