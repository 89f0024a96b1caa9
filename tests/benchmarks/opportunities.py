"""What ERPNext's own CRM has beside the benchmark's deals: Leads and Opportunities of the same customers, as many and as varied."""

from collections.abc import Iterator
from datetime import timedelta

import frappe
from bulk import PREFIX, Row, child, put, stamp
from people import CAMPAIGN_OF_SALE, TALKATIVE, WORDS, World, company_name, customer

# Of a hundred.
STATES = (
	*(("Open",) * 35 + ("Replied",) * 10 + ("Quotation",) * 15),
	*(("Converted",) * 18 + ("Lost",) * 15 + ("Closed",) * 7),
)
STATES_OF_LEADS = (
	*("Lead", "Open", "Replied", "Opportunity"),
	*("Quotation", "Converted", "Lost Quotation", "Interested"),
)
# Shares of the rows.
FROM_A_LEAD, CAMPAIGN_OF_LEAD, ANSWERED = 0.4, 0.9, 0.6
# A first answer came after so many seconds.
FIRST_ANSWER = (300, 200_000)


def lead(number: int) -> str:
	"""Return the name of a Lead."""
	return f"{PREFIX}LEAD-{number:06d}"


def lead_email(number: int) -> str:
	"""Return a Lead's address."""
	return f"l{number}@lead.test"


def opportunity_name(number: int) -> str:
	"""Return the name of an Opportunity."""
	return f"{PREFIX}OPP-{number:06d}"


def origin(world: World, campaign_share: float) -> Row:
	"""Return source and campaign by the names of their fields on each version; the table takes those it has."""
	source = world.one_of(world.masters.sources)
	campaign = world.one_of(world.masters.campaigns, campaign_share)
	return {
		**{"source": source, "utm_source": source},
		**{"campaign": campaign, "campaign_name": campaign, "utm_campaign": campaign},
	}


def put_leads(world: World, count: int) -> None:
	"""Insert Leads, which Opportunities come from besides Customers."""
	put("Lead", (lead_row(world, number) for number in range(1, count + 1)))


def lead_row(world: World, number: int) -> Row:
	"""Return a Lead."""
	owner = world.chance.choice(world.users)
	return {
		**stamp(f"LEAD-{number:06d}", world.moment(), owner),
		**{"first_name": f"Lead {number}", "lead_name": f"Lead {number}", "title": f"Lead {number}"},
		**{"company": world.company, "lead_owner": owner, "email_id": lead_email(number)},
		**{"status": world.chance.choice(STATES_OF_LEADS), "language": "en"},
		**origin(world, CAMPAIGN_OF_LEAD),
		"territory": world.one_of(world.masters.territories),
	}


def put_opportunities(world: World, count: int, leads: int) -> None:
	"""Insert Opportunities, spread as the deals are, and why the lost ones were lost."""
	stages = frappe.get_all("Sales Stage", pluck="name", order_by="name")
	lost: list[Row] = []
	put("Opportunity", opportunities(world, count, leads, stages, lost))
	put("Opportunity Lost Reason Detail", (reason(world, number, row) for number, row in enumerate(lost, 1)))


def opportunities(world: World, count: int, leads: int, stages: list[str], lost: list[Row]) -> Iterator[Row]:
	"""Yield Opportunities, and note those that are lost."""
	for number in range(1, count + 1):
		row = opportunity(world, number, stages, leads)
		if row["status"] == "Lost":
			lost.append(row)
		yield row


def reason(world: World, number: int, row: Row) -> Row:
	"""Return why an Opportunity was lost."""
	name = f"LOST-{number:06d}"
	return {
		**child(row, name, "Opportunity", "lost_reasons"),
		"lost_reason": world.one_of(world.masters.reasons),
	}


def party(world: World, number: int, who: int, leads: int) -> Row:
	"""Return whom an Opportunity is with; the first ones are Customers' all."""
	if number <= TALKATIVE or world.chance.random() >= FROM_A_LEAD:
		return {
			**{"opportunity_from": "Customer", "party_name": customer(who)},
			**{"customer_name": company_name(who), "contact_email": f"c{who}@customer.test"},
		}
	who = world.chance.randint(1, leads)
	return {
		**{"opportunity_from": "Lead", "party_name": lead(who)},
		**{"customer_name": f"Lead {who}", "contact_email": lead_email(who)},
	}


def opportunity(world: World, number: int, stages: list[str], leads: int) -> Row:
	"""Return one Opportunity."""
	owner, amount, opened = world.chance.choice(world.users), world.amount(), world.moment()
	special = number <= TALKATIVE
	who = 1 if special else world.chance.randint(1, world.profiles)
	return {
		**stamp(opportunity_name(number).removeprefix(PREFIX), opened, owner),
		"modified": min(world.now, opened + timedelta(days=world.chance.expovariate(1 / 20))),
		**{"naming_series": "CRM-OPP-.YYYY.-", "company": world.company},
		**party(world, number, who, leads),
		**origin(world, CAMPAIGN_OF_SALE),
		"title": f"{world.chance.choice(WORDS)} {world.chance.choice(WORDS)} {number}",
		"status": "Open" if special else world.chance.choice(STATES),
		**{"opportunity_type": "Sales", "sales_stage": world.chance.choice(stages), "language": "en"},
		**{"opportunity_owner": owner, "probability": world.chance.choice((10, 25, 50, 75, 90))},
		"_assign": world.assigned(owner),
		**{"currency": world.currency, "conversion_rate": 1, "transaction_date": opened.date()},
		**{"opportunity_amount": amount, "base_opportunity_amount": amount},
		"expected_closing": (opened + timedelta(days=world.chance.randint(10, 150))).date(),
		"territory": world.one_of(world.masters.territories),
		"customer_group": world.one_of(world.masters.customer_groups),
		"first_response_time": world.chance.randint(*FIRST_ANSWER)
		if world.chance.random() < ANSWERED
		else None,
	}
