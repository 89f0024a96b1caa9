"""The demo's customers: organizations with their people, and private persons, in several languages."""

import random
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.utils import getdate, nowdate
from unidecode import unidecode

from crm_plus.rules import birthdays
from crm_plus.setup import demo_world

SEED = "crm-plus-customers"
ORGANIZATIONS, PRIVATE_PERSONS = 60, 20
LOCALES = ("de_DE", "en_US", "fr_FR", "it_IT", "es_ES", "sv_SE")
# Numbers of real shape in each country; "#" is a digit.
PHONES = {
	"de_DE": "+49 30 23125###",
	"en_US": "+1 212 555 01##",
	"fr_FR": "+33 1 99 00 ## ##",
	"it_IT": "+39 06 698#####",
	"es_ES": "+34 91 5######",
	"sv_SE": "+46 8 465 004 ##",
}
SOURCES = ("Website", "Referral", "Campaign", "Event", "Cold Call", "Partner")
# Names that a system must not trip over: another script, right to left, emoji, markup that must stay text.
UNUSUAL = ("شركة النور", "北京科技有限公司", "Müller & Söhne <Werkzeuge>", "Bäckerei 🥐 Sonnenschein")


def make(say: Callable[[str], None]) -> None:
	"""Make the organizations, a person or two for each, and the private persons; each commits."""
	say("… customers")
	for number in range(ORGANIZATIONS):
		make_organization(number)
	for number in range(ORGANIZATIONS, ORGANIZATIONS + PRIVATE_PERSONS):
		make_person(number, organization=None)
	frappe.db.commit()


def make_organization(number: int) -> None:
	"""Make an organization and its people, unless an earlier run did."""
	chance, fake = dice(number)
	name = UNUSUAL[number] if number < len(UNUSUAL) else fake.company()
	organization = profile(
		number,
		profile_type="Organization",
		full_name=name,
		email=f"info@{slug(name)}{number}.example" if chance.random() < 0.7 else None,
		industry=chance.choice(
			frappe.get_all("Industry Type", pluck="name", order_by="name", limit=12) or [None]
		),
	)
	if organization:
		for _each in range(chance.randint(1, 2)):
			make_person(number, organization, fake)
		frappe.db.commit()


def make_person(number: int, organization: str | None, fake: Any = None) -> None:
	"""Make a person, of an organization or a private one."""
	_chance, own = dice(number)
	fake = fake or own
	name = fake.name()
	profile(
		number,
		profile_type="Person",
		full_name=name,
		organization=organization,
		job_title=fake.job()[:100] if organization else None,
		birthday=birthday(number, name),
		email=f"{slug(name)}.{number}@mail.example",
		phone=fake.numerify(PHONES[LOCALES[number % len(LOCALES)]]),
	)


def birthday(number: int, name: str) -> date | None:
	"""Return the birthday of two in three people; of one in ten it comes within a week."""
	chance = random.Random(f"{SEED}-birthday-{name}")
	if number % 3 == 0:
		return None
	born = date(chance.randint(1955, 2002), 1, 1) + timedelta(days=chance.randint(0, 364))
	soon = getdate(nowdate()) + timedelta(days=chance.randint(0, 6))
	return birthdays.in_year(soon, born.year) if chance.random() < 0.1 else born


def profile(number: int, **values: Any) -> str | None:
	"""Insert a profile owned by an agent; None where it exists."""
	if frappe.db.exists("Customer Profile", {"full_name": values["full_name"]}):
		return None
	chance = random.Random(f"{SEED}-{number}-{values['full_name']}")
	doc = frappe.get_doc(
		{
			"doctype": "Customer Profile",
			"profile_owner": chance.choice(demo_world.agents()),
			"source": chance.choice(SOURCES),
			"territory": chance.choice(territories()),
			**{key: value for key, value in values.items() if value},
		}
	)
	return doc.insert().name


def slug(name: str) -> str:
	"""Return the plain letters of a name, for addresses that belong to nobody (.example is reserved by RFC 2606)."""
	return re.sub(r"[^a-z]+", "", unidecode(name).lower())[:40] or "customer"


def territories() -> list[str]:
	"""Return the territories that are no group nodes, by name."""
	return frappe.get_all("Territory", {"is_group": 0}, pluck="name", order_by="name") or [None]


def dice(number: int) -> tuple[random.Random, Any]:
	"""Return the chance and the inventor of names of one customer, the same in every run."""
	# Faker is a tool of the demo, not of a production site: it is asked for only where the demo is made.
	from faker import Faker

	fake = Faker(LOCALES[number % len(LOCALES)])
	fake.seed_instance(f"{SEED}-{number}")
	return random.Random(f"{SEED}-{number}"), fake
