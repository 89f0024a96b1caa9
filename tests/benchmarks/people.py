"""The benchmark's users, customers, profiles and contacts, and what was written to them."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import frappe
from bulk import PREFIX, Row, child, put, stamp
from frappe.utils import now_datetime
from masters import Masters

from crm_plus.rules.duplicates import name_key

USERS = 50
SPAN_DAYS = 3 * 365
# Shares of the rows: assigned to their owner, with a campaign.
ASSIGNED, CAMPAIGN_OF_SALE = 0.7, 0.4
# These have many messages: the first deals and Opportunities 50 each, the first profiles and customers 500 each.
TALKATIVE = 20
MESSAGES_OF_DEAL, MESSAGES_OF_CUSTOMER = 50, 500
WORDS = (
	*("alder", "beacon", "cedar", "delta", "ember", "falcon", "granite", "harbor", "indigo"),
	*("juniper", "kestrel", "lumen", "maple", "nova", "onyx", "prairie", "quartz", "river"),
	*("summit", "tundra", "umber", "vertex", "willow", "xenon", "yonder", "zephyr"),
)
LIFECYCLE = ("Lead", "Prospect", "Active", "At Risk", "Inactive", "Lost")


@dataclass
class World:
	"""What all rows share: chance, the masters of the site, and the deals that documents belong to."""

	chance: random.Random
	now: datetime = field(default_factory=lambda: now_datetime().replace(microsecond=0))
	company: str = ""
	currency: str = ""
	receivable: str = ""
	masters: Masters = field(default_factory=Masters)
	item: str = ""
	users: list[str] = field(default_factory=list)
	profiles: int = 0
	opportunities: list[str] = field(default_factory=list)

	def moment(self) -> datetime:
		"""Return a time within the last three years."""
		return self.now - timedelta(seconds=self.chance.randint(3600, SPAN_DAYS * 86400))

	def amount(self) -> float:
		"""Return an amount as sales have them: many small ones, few large."""
		return round(self.chance.lognormvariate(9.2, 1.1), 2)

	def one_of(self, names: list[str], share: float = 1.0) -> str | None:
		"""Return one of these for that share of the rows, nothing for the others."""
		return self.chance.choice(names) if share == 1 or self.chance.random() < share else None

	def assigned(self, user: str) -> str | None:
		"""Return what most records that somebody owns say of their assignment."""
		return json.dumps([user]) if self.chance.random() < ASSIGNED else None


def company_name(number: int) -> str:
	"""Return the name of a customer, the same in each run."""
	return f"{WORDS[number % 26].title()} {WORDS[number // 26 % 26].title()} {number:05d}"


def phone(number: int) -> str:
	"""Return a customer's phone number in E.164."""
	return f"+4930{number * 7919 % 10_000_000:07d}"


def customer(number: int) -> str:
	"""Return the name of the record of ERPNext."""
	return f"{PREFIX}CUST-{number:06d}"


def profile(number: int) -> str:
	"""Return the name of the profile."""
	return f"{PREFIX}PROF-{number:06d}"


def place(world: World, number: int) -> Row:
	"""Return territory and group of a customer, the same on all that is written of him."""
	territories, groups = world.masters.territories, world.masters.customer_groups
	return {
		"territory": territories[number % len(territories)],
		"customer_group": groups[number // len(territories) % len(groups)],
	}


def put_users(world: World) -> None:
	"""Insert the owners of all that follows; nobody logs in as one of them."""

	def rows() -> Iterator[Row]:
		for email in world.users:
			yield {
				**stamp("", world.now, "Administrator"),
				**{"name": email, "email": email, "enabled": 1, "user_type": "System User"},
				**{
					"first_name": email.split("@")[0].title(),
					"full_name": f"{email.split('@')[0].title()} Rep",
				},
			}

	frappe.db.delete("User", {"name": ["in", world.users]})
	put("User", rows())


def put_customers(world: World) -> None:
	"""Insert Customers, their profiles, and a contact for each."""
	put("Customer", (customer_row(world, number) for number in range(1, world.profiles + 1)))
	put("Customer Profile", (profile_row(world, number) for number in range(1, world.profiles + 1)))
	contacts = [contact_row(world, number) for number in range(1, world.profiles + 1)]
	put("Contact", contacts)
	put(
		"Contact Email", contact_parts(contacts, "CE", "email_ids", lambda row: {"email_id": row["email_id"]})
	)
	put("Contact Phone", contact_parts(contacts, "CP", "phone_nos", lambda row: {"phone": row["phone"]}))
	put("Dynamic Link", contact_links(contacts, "DC", "Customer", customer))
	put("Dynamic Link", contact_links(contacts, "DP", "Customer Profile", profile))


def customer_row(world: World, number: int) -> Row:
	"""Return a Customer."""
	return {
		**stamp(f"CUST-{number:06d}", world.moment(), world.chance.choice(world.users)),
		**{"customer_name": company_name(number), "customer_type": "Company", "language": "en"},
		**place(world, number),
		**{"default_currency": world.currency, "email_id": f"c{number}@customer.test"},
	}


def profile_row(world: World, number: int) -> Row:
	"""Return the profile of a Customer."""
	owner, written = world.chance.choice(world.users), phone(number)
	return {
		**stamp(f"PROF-{number:06d}", world.moment(), owner),
		**{"profile_type": "Organization", "full_name": company_name(number), "profile_owner": owner},
		**{"lifecycle_stage": world.chance.choice(LIFECYCLE), "source": world.one_of(world.masters.sources)},
		"territory": place(world, number)["territory"],
		**{"email": f"c{number}@customer.test", "phone": written, "phone_e164": written},
		**{"phone_reversed": written[:0:-1], "name_key": name_key(company_name(number), of_person=False)},
		"erpnext_customer": customer(number),
	}


def contact_row(world: World, number: int) -> Row:
	"""Return a customer's contact, in whose fields its parts are repeated as Frappe does it."""
	first, last = (world.chance.choice(WORDS).title() for _ in range(2))
	return {
		**stamp(f"CONT-{number:06d}", world.moment(), world.chance.choice(world.users)),
		**{"first_name": first, "last_name": last, "full_name": f"{first} {last}", "status": "Passive"},
		**{"email_id": f"{first}.{last}.{number}@customer.test".lower(), "phone": phone(number)},
	}


def contact_parts(
	contacts: list[Row], letters: str, table: str, values: Callable[[Row], Row]
) -> Iterator[Row]:
	"""Yield one row of a child table for each contact."""
	for number, contact in enumerate(contacts, 1):
		yield {**child(contact, f"{letters}-{number:06d}", "Contact", table), **values(contact)}


def contact_links(
	contacts: list[Row], letters: str, doctype: str, name: Callable[[int], str]
) -> Iterator[Row]:
	"""Yield the link of each contact to its customer."""
	for number, contact in enumerate(contacts, 1):
		link = {"link_doctype": doctype, "link_name": name(number), "link_title": company_name(number)}
		yield {**child(contact, f"{letters}-{number:06d}", "Contact", "links"), **link}


def put_messages(world: World, count: int, deals: int, opportunities: int) -> None:
	"""Insert e-mails: `count` spread over deals and Opportunities alike, and many on the first few records."""
	put("Communication", messages(world, count, deals, opportunities))


def messages(world: World, count: int, deals: int, opportunities: int) -> Iterator[Row]:
	"""Yield e-mails that stand in the timelines of deals, Opportunities, profiles and customers."""
	number = 0
	for doctype, letters, each in (
		("Deal", "DEAL", MESSAGES_OF_DEAL),
		("Opportunity", "OPP", MESSAGES_OF_DEAL),
		("Customer Profile", "PROF", MESSAGES_OF_CUSTOMER),
		("Customer", "CUST", MESSAGES_OF_CUSTOMER),
	):
		for talkative in range(1, TALKATIVE + 1):
			for _ in range(each):
				number += 1
				yield message(world, number, doctype, f"{PREFIX}{letters}-{talkative:06d}")
	for of_deal in range(count):
		doctype, letters, most = (
			("Deal", "DEAL", deals) if of_deal % 2 else ("Opportunity", "OPP", opportunities)
		)
		if most > TALKATIVE:
			record = world.chance.randint(TALKATIVE + 1, most)
			yield message(world, number + of_deal + 1, doctype, f"{PREFIX}{letters}-{record:06d}")


def message(world: World, number: int, doctype: str, name: str) -> Row:
	"""Return one e-mail."""
	moment, user = world.moment(), world.chance.choice(world.users)
	text = " ".join(world.chance.choice(WORDS) for _ in range(40))
	values: dict[str, Any] = {
		**{"subject": f"Re: {text[:40]}", "content": f"<p>{text}</p>", "text_content": text, "uid": 0},
		**{"communication_medium": "Email", "communication_type": "Communication", "status": "Linked"},
		**{"sent_or_received": "Received", "sender": "someone@customer.test", "recipients": user},
		**{"communication_date": moment, "sender_full_name": "Someone"},
		**{"reference_doctype": doctype, "reference_name": name, "message_id": f"{number}@bench.test"},
	}
	return {**stamp(f"MAIL-{number:07d}", moment, user), **values}
