"""Who gets an outreach and who does not, whether it may go out now, and what an approval covers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from crm_plus.rules.approvals import APPROVED, DRAFT, PENDING, REJECTED
from crm_plus.rules.contact_points import EMAIL

SENDING, SENT, CANCELLED = "Sending", "Sent", "Cancelled"
# What has left or was given up is changed no more.
FINAL = (SENDING, SENT, CANCELLED)

WAITING, SKIPPED, FAILED = "Waiting", "Skipped", "Failed"
NO_ADDRESS, INVALID, OPTED_OUT, SAME_ADDRESS = "No E-mail", "Invalid E-mail", "Opted Out", "Same E-mail"

LONGEST_ADDRESS = 140


@dataclass(frozen=True)
class Person:
	"""Somebody in the segment: the name of his profile, the address as it stands there, and his own wish."""

	profile: str
	address: str = ""
	wants_none: bool = False


@dataclass(frozen=True)
class Place:
	"""What becomes of a person in an outreach: WAITING with an address, or SKIPPED with a reason."""

	profile: str
	address: str
	status: str
	reason: str = ""


def placed(people: Iterable[Person], unwanted: Collection[str]) -> list[Place]:
	"""Return one place for each person, in their order; an address, in whatever case, waits once.

	`unwanted` are the addresses, in lower case, of whoever wants no such mail, be it in another profile.
	"""
	seen: set[str] = set()
	places = []
	for person in people:
		address = person.address.strip().lower()
		reason = why_skipped(address, person.wants_none or address in unwanted)
		if not reason and address in seen:
			reason = SAME_ADDRESS
		if reason:
			places.append(Place(person.profile, "", SKIPPED, reason))
		else:
			seen.add(address)
			places.append(Place(person.profile, address, WAITING))
	return places


def why_skipped(address: str, wants_none: bool) -> str:
	"""Return the reason why an address gets no mail, "" where it gets one."""
	if not address:
		return NO_ADDRESS
	if not EMAIL.fullmatch(address) or len(address) > LONGEST_ADDRESS or not address.isprintable():
		return INVALID
	return OPTED_OUT if wants_none else ""


def status_of(status: str, approval: str | None) -> str:
	"""Return the one word for where an outreach stands; `approval` is the Workflow's state, None where nobody is asked."""
	if status in FINAL:
		return status
	if approval in (None, "", DRAFT):
		return DRAFT
	# An administrator may have added states: whoever stands in one waits.
	return approval if approval in (APPROVED, REJECTED) else PENDING


def why_not_now(status: str, approval: str | None, *, is_covered: bool) -> str:
	"""Return "" where an outreach may go out, else why not: "final", "unapproved" or "changed" since it was approved.

	`approval` is the Workflow's state, None where nobody is asked.
	"""
	if status in FINAL:
		return "final"
	if approval is None:
		return ""
	if approval != APPROVED:
		return "unapproved"
	return "" if is_covered else "changed"
