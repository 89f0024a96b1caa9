"""What CRM Plus does when ERPNext's Customer changes, and what of a profile goes back to it."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import customers, profile_sync
from crm_plus.workflows.profile_sync import Card

# The Customer's fields by the profile's; e-mail and phone go the other way through the primary Contact.
WRITTEN = {
	"full_name": "customer_name",
	"territory": "territory",
	"industry": "industry",
	"language": "language",
}
READ = {**WRITTEN, "email": "email_id", "phone": "mobile_no"}
ORIGINS = {"erpnext_lead": "lead_name", "erpnext_prospect": "prospect_name"}


@never_in_the_way()
def before_insert(doc: Any, method: str | None = None) -> None:
	"""Let a Customer that an order makes of our Prospect remember it, and be a person where the profile is one."""
	prospect = doc.get("prospect_name") or doc.get("company_name")
	profile_type = customers.profile_type_of_prospect(prospect) if prospect else None
	if profile_type:
		doc.prospect_name = prospect
		doc.customer_type = customers.CUSTOMER_TYPES[profile_type]


@never_in_the_way(writes=True)
def on_update(doc: Any, method: str | None = None) -> None:
	"""Give a new Customer its profile; let the profile follow a changed one."""
	if doc.flags.crm_plus_quiet:
		return
	watched = (*READ.values(), *ORIGINS.values())
	if doc.flags.in_insert or any(doc.has_value_changed(name) for name in watched):
		profile_sync.follow(card(doc))


def card(doc: Any) -> Card:
	"""Return what a Customer says about whom it is."""
	return Card(
		doctype="Customer",
		name=doc.name,
		is_new=bool(doc.flags.in_insert),
		is_person=doc.customer_type == "Individual",
		person_name=doc.customer_name,
		organization_name=doc.customer_name,
		values={ours: doc.get(theirs) for ours, theirs in READ.items() if ours != "full_name"},
		owner=doc.account_manager,
		origins={ours: doc.get(theirs) for ours, theirs in ORIGINS.items()},
	)


def profile_saved(profile: Any) -> None:
	"""Write a profile's changed name, territory, industry and language to its Customer."""
	profile_sync.push(profile, "Customer", write)


def write(doc: Any, profile: Any, changed: list[str]) -> bool:
	"""Set the Customer's fields; tells whether any is different now."""
	values = {WRITTEN[name]: profile.get(name) for name in changed if name in WRITTEN}
	different = {name: value for name, value in values.items() if doc.get(name) != value}
	doc.update(different)
	return bool(different)


def before_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Merge the profiles of Customers that are being merged; a plain rename is followed by the Link field itself."""
	if merge:
		for step in (profile_sync.merge_profiles, profile_sync.make_room):
			never_in_the_way(writes=True)(step)("Customer", old, new)


@never_in_the_way(writes=True)
def on_trash(doc: Any, method: str | None = None) -> None:
	"""Let go of a Customer that is being deleted: the profile must not stand in the way."""
	profile_sync.unlink("Customer", doc.name)
