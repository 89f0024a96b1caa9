"""The benchmark's deals with their history, and the documents behind them and ERPNext's Opportunities."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bulk import PREFIX, Row, child, put, stamp
from people import CAMPAIGN_OF_SALE, TALKATIVE, WORDS, World, company_name, customer, place, profile

from crm_plus.rules.deal_stages import LOST, OPEN, Stage

PIPELINE = "Sales"
# How many of a hundred deals stand in each stage of the pipeline, from left to right; the last two are won and lost.
SHARES = (8, 7, 6, 5, 4, 30, 40)
# The first deal has 5 quotations and 5 invoices, the second 100 of each, both of the first profile.
FEW, MANY = 5, 100
# The share of quotations that name an Opportunity.
QUOTED = 0.5


@dataclass(frozen=True, slots=True)
class Sale:
	"""What documents need to know of a deal."""

	name: str
	customer: int
	amount: float
	opened: datetime


def put_deals(world: World, count: int, stages: list[Stage]) -> list[Sale]:
	"""Insert deals and their stage history; return those that have documents, the first two before all others."""
	sales: list[Sale] = []
	changes: list[Row] = []
	put("Deal", deals(world, count, stages, sales, changes))
	put("Stage Change", changes)
	return sales


def deals(
	world: World, count: int, stages: list[Stage], sales: list[Sale], changes: list[Row]
) -> Iterator[Row]:
	"""Yield deals, and note their moves and those that have documents."""
	places = range(len(stages))
	for number in range(1, count + 1):
		special = number <= TALKATIVE
		standing = 4 if special else world.chance.choices(places, SHARES)[0]
		opened = world.moment()
		moves = moves_to(world, stages, standing, opened)
		who = 1 if special else world.chance.randint(1, world.profiles)
		row = deal(world, number, who, stages[standing], opened, moves[-1][1])
		changes.extend(stage_changes(row, moves))
		if standing in (3, 4, 5):
			sales.append(Sale(row["name"], who, row["amount"], opened))
		yield row


def moves_to(
	world: World, stages: list[Stage], standing: int, opened: datetime
) -> list[tuple[str, datetime]]:
	"""Return the stages that a deal has been in and when it entered each, from its creation on."""
	through = [
		*(stage for stage in stages[:standing] if stage.outcome == OPEN and world.chance.random() < 0.6),
		stages[standing],
	]
	moment, moves = opened, []
	for stage in through:
		moves.append((stage.name, moment))
		days = world.chance.expovariate(1 / 15)
		moment = min(world.now, moment + timedelta(seconds=int(days * 86400)))
	return moves


def deal(world: World, number: int, who: int, stage: Stage, opened: datetime, entered: datetime) -> Row:
	"""Return one deal; its amounts from documents are reckoned later."""
	owner, amount, is_open = world.chance.choice(world.users), world.amount(), stage.outcome == OPEN
	follow_up = world.now + timedelta(hours=world.chance.randint(-72, 480))
	closes = opened + timedelta(days=world.chance.randint(10, 150))
	return {
		**stamp(f"DEAL-{number:06d}", opened, owner),
		"modified": entered,
		"title": f"{world.chance.choice(WORDS)} {world.chance.choice(WORDS)} {number}",
		"customer_profile": profile(who),
		**{"pipeline": PIPELINE, "stage": stage.name, "status": stage.outcome, "company": world.company},
		**{"deal_owner": owner, "expected_close_date": closes.date(), "probability": stage.probability},
		**{"amount": amount, "base_amount": amount, "currency": world.currency, "conversion_rate": 1},
		**{"stage_entered_on": entered, "closed_on": None if is_open else entered},
		"next_follow_up_on": follow_up if is_open and world.chance.random() < 0.8 else None,
		**{"billing_status": "Not Billed", "source": world.one_of(world.masters.sources)},
		"campaign": world.one_of(world.masters.campaigns, CAMPAIGN_OF_SALE),
		"lost_reason": world.one_of(world.masters.reasons) if stage.outcome == LOST else None,
		"_assign": world.assigned(owner),
	}


def stage_changes(deal: Row, moves: list[tuple[str, datetime]]) -> Iterator[Row]:
	"""Yield the history of a deal, its creation included."""
	before: tuple[str, datetime] | None = None
	for number, (stage, moment) in enumerate(moves):
		yield {
			**stamp(f"{deal['name'][-6:]}-{number}", moment, deal["owner"]),
			**{"reference_doctype": "Deal", "reference_name": deal["name"], "pipeline": PIPELINE},
			**{"from_stage": before and before[0], "to_stage": stage, "changed_on": moment},
			**{"changed_by": deal["owner"], "cause": "Manual" if before else "Created"},
			"seconds_in_previous": int((moment - before[1]).total_seconds()) if before else 0,
		}
		before = (stage, moment)


def sale_for(world: World, sales: list[Sale], number: int) -> Sale:
	"""Return the deal that a document belongs to: the first few to the first two deals, all others by chance."""
	if number <= FEW + MANY:
		return sales[0 if number <= FEW else 1]
	return sales[world.chance.randrange(2, len(sales))]


def put_documents(
	world: World, doctype: str, count: int, sales: list[Sale], without_deal: float
) -> list[Row]:
	"""Insert sales documents of one DocType with one row each, the given part of them naming no deal; return them."""
	letters = {"Quotation": "QTN", "Sales Order": "SO", "Sales Invoice": "SI"}[doctype]
	made = []
	for number in range(1, count + 1):
		sale = sale_for(world, sales, number)
		named = number <= FEW + MANY or world.chance.random() >= without_deal
		made.append(document(world, doctype, f"{letters}-{number:06d}", sale, named))
	put(doctype, made)
	put(f"{doctype} Item", (item(world, doctype, f"{letters}I-{row['name'][-6:]}", row) for row in made))
	return made


def document(world: World, doctype: str, name: str, sale: Sale, named: bool) -> Row:
	"""Return the header of one sales document of a deal."""
	owner = world.chance.choice(world.users)
	moment = min(world.now, sale.opened + timedelta(days=world.chance.randint(1, 90)))
	# Most are for the whole deal, which is what the report of invoices without one recognizes.
	amount = sale.amount if world.chance.random() < 0.6 else round(sale.amount * world.chance.random() + 1, 2)
	amounts = dict.fromkeys(
		("base_grand_total", "grand_total", "base_net_total", "net_total", "total", "base_total"), amount
	)
	return {
		**stamp(name, moment, owner, docstatus=1),
		**{"title": company_name(sale.customer), "customer_name": company_name(sale.customer), **amounts},
		**{"company": world.company, "currency": world.currency, "conversion_rate": 1, "total_qty": 1},
		"crm_plus_deal": sale.name if named else None,
		**{**place(world, sale.customer), "language": "en"},
		**PARTICULARS[doctype](world, sale, moment, amount),
	}


def quotation(world: World, sale: Sale, moment: datetime, _amount: float) -> Row:
	"""Return what only a Quotation has; half of them come from an Opportunity too."""
	return {
		"opportunity": world.one_of(world.opportunities, QUOTED),
		**{"quotation_to": "Customer", "party_name": customer(sale.customer), "order_type": "Sales"},
		**{"status": "Open", "transaction_date": moment.date(), "valid_till": moment.date() + timedelta(30)},
	}


def order(_world: World, sale: Sale, moment: datetime, _amount: float) -> Row:
	"""Return what only a Sales Order has."""
	return {
		**{"customer": customer(sale.customer), "order_type": "Sales", "status": "To Deliver and Bill"},
		**{"transaction_date": moment.date(), "delivery_date": moment.date() + timedelta(30)},
	}


def invoice(world: World, sale: Sale, moment: datetime, amount: float) -> Row:
	"""Return what only a Sales Invoice has; seven of ten are paid."""
	due = moment.date() + timedelta(30)
	is_paid = world.chance.random() < 0.7
	unpaid = "Overdue" if due < world.now.date() else "Unpaid"
	return {
		**{"customer": customer(sale.customer), "posting_date": moment.date(), "due_date": due},
		**{"debit_to": world.receivable, "party_account_currency": world.currency},
		**{"outstanding_amount": 0 if is_paid else amount, "status": "Paid" if is_paid else unpaid},
	}


PARTICULARS = {"Quotation": quotation, "Sales Order": order, "Sales Invoice": invoice}


def item(world: World, doctype: str, name: str, header: Row) -> Row:
	"""Return the one row of a document."""
	amount = header["base_grand_total"]
	amounts = dict.fromkeys(
		("rate", "amount", "base_rate", "base_amount", "net_amount", "base_net_amount"), amount
	)
	return {
		**child(header, name, doctype, "items"),
		**{
			"item_code": world.item,
			"item_name": world.item,
			"description": world.item,
			"qty": 1,
			"uom": "Nos",
		},
		**{"conversion_factor": 1, "stock_uom": "Nos", "crm_plus_deal": header["crm_plus_deal"], **amounts},
	}


def put_ledger(world: World, invoices: list[Row]) -> None:
	"""Insert what submitting and paying the invoices leaves: payments, and the payment ledger's entries."""
	paid = [row for row in invoices if row["status"] == "Paid"]
	put("Payment Entry", (payment(world, row) for row in paid))
	put("Payment Ledger Entry", (entry(world, row, "Sales Invoice", row["name"], 1) for row in invoices))
	put("Payment Ledger Entry", (entry(world, row, "Payment Entry", payment_name(row), -1) for row in paid))


def payment_name(row: Row) -> str:
	"""Return the name of an invoice's payment."""
	return f"{PREFIX}PE-{row['name'][-6:]}"


def payment(world: World, row: Row) -> Row:
	"""Return the payment of an invoice."""
	amounts = dict.fromkeys(("paid_amount", "received_amount", "base_paid_amount", "base_received_amount"))
	return {
		**row,
		**{
			"name": payment_name(row),
			"payment_type": "Receive",
			"party_type": "Customer",
			"status": "Submitted",
		},
		**{"party": row["customer"], "party_name": row["customer_name"], "paid_from": world.receivable},
		**{"paid_from_account_currency": world.currency, "paid_to_account_currency": world.currency},
		**{key: row["base_grand_total"] for key in amounts},
	}


def entry(world: World, row: Row, voucher_type: str, voucher: str, sign: int) -> Row:
	"""Return one entry of the payment ledger against an invoice."""
	values: dict[str, Any] = {
		**{"posting_date": row["posting_date"], "due_date": row["due_date"], "company": world.company},
		**{"account_type": "Receivable", "account": world.receivable, "account_currency": world.currency},
		**{"party_type": "Customer", "party": row["customer"], "delinked": 0},
		**{"voucher_type": voucher_type, "voucher_no": voucher},
		**{"against_voucher_type": "Sales Invoice", "against_voucher_no": row["name"]},
		**{
			"amount": sign * row["base_grand_total"],
			"amount_in_account_currency": sign * row["base_grand_total"],
		},
	}
	stamped = stamp(f"PLE-{'I' if sign > 0 else 'P'}{row['name'][-6:]}", row["creation"], row["owner"], 1)
	return {**stamped, **values}
