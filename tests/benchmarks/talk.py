"""What the benchmark's people talked of with customers over three years, and what they promised them."""

from datetime import datetime, timedelta

import frappe
from bulk import PREFIX, Row, put, stamp
from people import World, profile

from crm_plus.workflows import answers

# Of a hundred interactions; the first three have a direction.
KINDS = (
	("Call",) * 30 + ("Email",) * 40 + ("WhatsApp",) * 5 + ("Meeting",) * 15 + ("Visit",) * 5 + ("Note",) * 5
)
SAID = ("Call", "Email", "WhatsApp")
ABOUT_A_DEAL = 0.7
# Of a hundred follow-ups.
STATES = ("Done",) * 60 + ("Open",) * 35 + ("Cancelled",) * 5
Deals = list[tuple[str, str]]


def deals_and_customers() -> Deals:
	"""Return (deal, customer) of all deals."""
	filters = {"name": ["like", f"{PREFIX}%"]}
	return frappe.get_all("Deal", filters, ["name", "customer_profile"], order_by="name", as_list=True)


def put_interactions(world: World, count: int) -> None:
	"""Insert interactions, most of them about a deal, and note when those that came in were answered."""
	deals = deals_and_customers()
	put("Interaction", (interaction(world, number, deals) for number in range(1, count + 1)))
	answers.follow_all()


def put_follow_ups(world: World, count: int) -> None:
	"""Insert follow-ups: done, open and cancelled ones."""
	deals = deals_and_customers()
	put("Follow Up", (follow_up(world, number, deals) for number in range(1, count + 1)))


def interaction(world: World, number: int, deals: Deals) -> Row:
	"""Return one interaction that took place."""
	chance = world.chance
	kind, moment, owner = chance.choice(KINDS), world.moment(), chance.choice(world.users)
	return {
		**stamp(f"INT-{number:07d}", moment, owner),
		**whom(world, deals),
		**{"interaction_type": kind, "subject": f"{kind} {number}", "status": "Done", "starts_on": moment},
		"direction": chance.choice(("Incoming", "Outgoing")) if kind in SAID else None,
		"duration": chance.randint(60, 3600) if kind in ("Call", "Meeting", "Visit") else 0,
		"interaction_owner": owner,
	}


def follow_up(world: World, number: int, deals: Deals) -> Row:
	"""Return one follow-up; an open one is due within the months around today."""
	chance = world.chance
	state, made, owner = chance.choice(STATES), world.moment(), chance.choice(world.users)
	due = due_on(world, made, state)
	done = min(world.now, due + timedelta(hours=chance.randint(-72, 72)))
	return {
		**stamp(f"FOL-{number:07d}", made, owner),
		**whom(world, deals),
		**{"subject": f"Follow up {number}", "status": state, "priority": "Medium", "due_on": due},
		**{"assigned_to": owner, "completed_on": done if state == "Done" else None},
	}


def due_on(world: World, made: datetime, state: str) -> datetime:
	"""Return when something promised is due."""
	if state == "Open":
		return world.now + timedelta(hours=world.chance.randint(-720, 2400))
	return min(world.now, made + timedelta(days=world.chance.randint(1, 30)))


def whom(world: World, deals: Deals) -> Row:
	"""Return the customer and, of most, his deal."""
	if world.chance.random() < ABOUT_A_DEAL:
		deal, customer = world.chance.choice(deals)
		return {"deal": deal, "customer_profile": customer}
	return {"deal": None, "customer_profile": profile(world.chance.randint(1, world.profiles))}
