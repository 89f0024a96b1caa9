"""What adoption reads, as data: the DocTypes of ERPNext and Frappe CRM that may be on a site, and which field becomes which.

Nothing here is a link: each DocType may be missing, and so may each field. Of several candidates the first that is filled
counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm_plus.rules.deal_stages import LOST, WON

Fields = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Relation:
	"""Where a record says that it is the same party as another: rows of `table` with `key` give the other's name."""

	doctype: str
	table: str
	key: str
	value: str


@dataclass(frozen=True)
class PartySource:
	"""A DocType whose records become profiles. `slot` is the profile's field that links back, "" where it has none.

	A record that is `is_company_first` stands for the company that it names, as when ERPNext makes a Customer of it; the
	person is in its Contact.
	"""

	doctype: str
	fields: Fields
	slot: str = ""
	is_organization: bool = False
	is_company_first: bool = False
	type_field: str = ""
	person_types: tuple[str, ...] = ()
	same: tuple[Relation, ...] = ()
	silent_statuses: tuple[str, ...] = ()


@dataclass(frozen=True)
class ItemTable:
	"""The rows of a sale and their fields."""

	doctype: str
	item_code: str
	item_name: str
	qty: str = "qty"
	rate: str = "rate"
	uom: str = "uom"
	description: str = "description"


@dataclass(frozen=True)
class DealSource:
	"""A DocType whose records become deals.

	`parties` are (DocType, field) in order of strength; the DocType may be a field itself, marked by a leading "=".
	`states` is the DocType of a configurable status with its outcome and probability.
	"""

	doctype: str
	fields: Fields
	parties: tuple[tuple[str, str], ...]
	items: ItemTable
	outcomes: Mapping[str, str] = field(default_factory=dict)
	quoted: tuple[str, ...] = ()
	states: str = ""
	lost_rows: str = ""
	competitor_rows: str = ""
	quotation_fields: tuple[str, ...] = ()
	row_doctype: str = ""
	own_party: PartySource | None = None


PARTY_SOURCES = (
	PartySource(
		"Customer",
		{
			"full_name": ("customer_name", "name"),
			"email": ("email_id",),
			"phone": ("mobile_no",),
			"territory": ("territory",),
			"industry": ("industry",),
			"language": ("language",),
			"image": ("image",),
			"website": ("website",),
			"notes": ("customer_details",),
			"owner": ("account_manager",),
			"status": ("customer_group",),
		},
		slot="erpnext_customer",
		type_field="customer_type",
		person_types=("Individual",),
		same=(
			Relation("Lead", "Customer", "name", "lead_name"),
			Relation("Prospect", "Customer", "name", "prospect_name"),
		),
	),
	PartySource(
		"Prospect",
		{
			"full_name": ("company_name", "name"),
			"territory": ("territory",),
			"industry": ("industry",),
			"website": ("website",),
			"owner": ("prospect_owner",),
		},
		slot="erpnext_prospect",
		is_organization=True,
		same=(Relation("Customer", "Customer", "prospect_name", "name"),),
	),
	PartySource(
		"Lead",
		{
			"full_name": ("lead_name", "company_name", "email_id"),
			"organization_name": ("company_name",),
			"job_title": ("job_title",),
			"email": ("email_id",),
			"phone": ("mobile_no", "phone", "whatsapp_no"),
			"territory": ("territory",),
			"industry": ("industry",),
			"language": ("language",),
			"image": ("image",),
			"source": ("source", "utm_source"),
			"website": ("website",),
			"owner": ("lead_owner",),
			"status": ("status",),
			"is_silent": ("unsubscribed",),
		},
		slot="erpnext_lead",
		is_company_first=True,
		same=(
			Relation("Customer", "Lead", "name", "customer"),
			Relation("Customer", "Customer", "lead_name", "name"),
			Relation("Prospect", "Prospect Lead", "lead", "parent"),
		),
		silent_statuses=("Do Not Contact",),
	),
	PartySource(
		"CRM Organization",
		{
			"full_name": ("organization_name", "name"),
			"territory": ("territory",),
			"industry": ("industry",),
			"image": ("organization_logo",),
			"website": ("website",),
		},
		is_organization=True,
	),
	PartySource(
		"CRM Lead",
		{
			"full_name": ("lead_name", "first_name", "organization", "email"),
			"organization_name": ("organization",),
			"job_title": ("job_title",),
			"email": ("email",),
			"phone": ("mobile_no", "phone"),
			"territory": ("territory",),
			"industry": ("industry",),
			"image": ("image",),
			"source": ("source",),
			"website": ("website",),
			"owner": ("lead_owner",),
			"status": ("status",),
		},
		same=(Relation("CRM Organization", "CRM Deal", "lead", "organization"),),
	),
)

DEAL_SOURCES = (
	DealSource(
		"Opportunity",
		{
			"title": ("title", "customer_name", "name"),
			"owner": ("opportunity_owner",),
			"company": ("company",),
			"currency": ("currency",),
			"rate": ("conversion_rate",),
			"amount": ("opportunity_amount",),
			"base_amount": ("base_opportunity_amount",),
			"items_total": ("total",),
			"base_items_total": ("base_total",),
			"expected_close_date": ("expected_closing",),
			"date": ("transaction_date",),
			"source": ("source", "utm_source"),
			"campaign": ("campaign", "utm_campaign"),
			"contact": ("contact_person",),
			"probability": ("probability",),
			"status": ("status",),
			"step": ("sales_stage",),
			"lost_detail": ("order_lost_reason",),
		},
		parties=(("=opportunity_from", "party_name"),),
		items=ItemTable("Opportunity Item", "item_code", "item_name"),
		outcomes={"Converted": WON, "Lost": LOST, "Closed": LOST},
		quoted=("Quotation",),
		lost_rows="Opportunity Lost Reason Detail",
		competitor_rows="Competitor Detail",
		quotation_fields=("opportunity",),
		row_doctype="Opportunity",
	),
	DealSource(
		"CRM Deal",
		{
			"title": ("title", "organization_name", "organization", "lead_name", "email", "name"),
			"owner": ("deal_owner",),
			"currency": ("currency",),
			"rate": ("exchange_rate",),
			"amount": ("deal_value", "annual_revenue"),
			"items_total": ("net_total", "total"),
			"expected_close_date": ("expected_closure_date", "close_date"),
			"closed_on": ("closed_date", "closed_on"),
			"source": ("source",),
			"contact": ("contact",),
			"probability": ("probability",),
			"status": ("status",),
			"step": ("status",),
			"next_step": ("next_step",),
			"lost_reason": ("lost_reason",),
			"lost_detail": ("lost_notes",),
		},
		parties=(("CRM Organization", "organization"), ("CRM Lead", "lead"), ("CRM Deal", "name")),
		items=ItemTable("CRM Products", "product_code", "product_name"),
		states="CRM Deal Status",
		quotation_fields=("crm_deal",),
		own_party=PartySource(
			"CRM Deal",
			{
				"full_name": ("lead_name", "first_name", "organization_name", "email"),
				"organization_name": ("organization_name",),
				"job_title": ("job_title",),
				"email": ("email",),
				"phone": ("mobile_no", "phone"),
				"territory": ("territory",),
				"industry": ("industry",),
				"source": ("source",),
				"website": ("website",),
				"owner": ("deal_owner",),
				"status": ("status",),
			},
		),
	),
)

# ERPNext's own sales stages say nothing about their probability, and leave it at 100 where nobody types another.
TYPICAL_PROBABILITY = {
	"prospecting": 10.0,
	"qualification": 30.0,
	"needs analysis": 40.0,
	"value proposition": 50.0,
	"identifying decision makers": 55.0,
	"perception analysis": 60.0,
	"proposal/price quote": 60.0,
	"negotiation/review": 80.0,
}

# Notes that these modules keep in tables of their own: (table, DocType field or None for child rows, text, author, time).
NOTE_TABLES = (
	("CRM Note", "parenttype", "parent", "note", "added_by", "added_on"),
	("FCRM Note", "reference_doctype", "reference_docname", "content", "owner", "creation"),
)

# Which documents follow a quotation: rows of `table` name the earlier document and its row.
DOCUMENT_CHAIN = (
	("Sales Order", "Sales Order Item", "prevdoc_docname", "quotation_item"),
	("Sales Invoice", "Sales Invoice Item", "sales_order", "so_detail"),
)

LOST_WITHOUT_REASON = "Not Stated"


def party_source(doctype: str) -> PartySource:
	"""Return the table of a DocType whose records become profiles. Raises KeyError for any other."""
	return {source.doctype: source for source in PARTY_SOURCES}[doctype]


def deal_source(doctype: str) -> DealSource:
	"""Return the table of a DocType whose records become deals. Raises KeyError for any other."""
	return {source.doctype: source for source in DEAL_SOURCES}[doctype]
