"""Whose a message, meeting or call is: decided from the thread first, then from the addresses. Times in the site's zone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crm_plus.rules.contact_points import bare_name
from crm_plus.rules.interactions import INCOMING, Participant

SENDER, RECIPIENT, COPIED = "From", "To", "Cc"
# A mail's own date may be off by the width of the world's time zones, not by more.
CLOCKS = timedelta(days=1)
EARLIEST = datetime(1971, 1, 1)
ROBOTS = ("mailer-daemon", "postmaster", "no-reply", "noreply", "donotreply", "do-not-reply", "bounce")
# What an unmatched message waits for, or why it was set aside.
STRANGER, AUTOMATIC, ELSEWHERE, SPAM, FAILED = "Stranger", "Automatic", "Elsewhere", "Spam", "Failed"


@dataclass(frozen=True)
class Person:
	"""Somebody as a source names him: an e-mail address or a phone number, perhaps a name, and his role in it."""

	address: str = ""
	full_name: str = ""
	role: str = RECIPIENT
	contact: str = ""
	number: str = ""

	@property
	def who(self) -> str:
		"""What he is found by: his address, else his number."""
		return self.address or self.number


@dataclass(frozen=True)
class Source:
	"""What happened, as the document says that it was captured from."""

	doctype: str
	name: str
	interaction_type: str
	starts_on: datetime
	direction: str = INCOMING
	subject: str = ""
	status: str = "Done"
	duration: int = 0
	owner: str = ""
	people: tuple[Person, ...] = ()
	# What it is about, the strongest first: (DocType, name).
	records: tuple[tuple[str, str], ...] = ()
	# Further records that name who took part, but not what it is about.
	links: tuple[tuple[str, str], ...] = ()
	replies_to: str = ""
	is_message: bool = False
	# A code where it is no interaction at all: it is set aside, and counted.
	set_aside: str = ""
	# Of something that repeats: the time before, which has an interaction that stays.
	follows: datetime | None = None
	# Of something that repeats: this time is over, and there may be a next one to capture.
	goes_on: bool = False

	@property
	def key(self) -> str:
		"""What makes an interaction of it once only."""
		return source_key(self.doctype, self.name)


@dataclass(frozen=True)
class Match:
	"""A profile that an address or a record leads to."""

	profile: str
	contact: str = ""
	is_person: bool = False


@dataclass(frozen=True)
class Thread:
	"""What the thread says: the deal and the profiles of what it is about, and the record that said so."""

	deal: str = ""
	profiles: tuple[str, ...] = ()
	said_by: str = ""


@dataclass(frozen=True)
class Findings:
	"""What was looked up for a source."""

	thread: Thread = field(default_factory=Thread)
	# By e-mail address and by phone number.
	by_address: Mapping[str, Sequence[Match]] = field(default_factory=dict)
	linked: Sequence[Match] = ()
	# The deals of each profile, its organization's included, that were open when it happened.
	open_deals: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Placement:
	"""Where a source belongs."""

	customer_profile: str
	participants: tuple[Participant, ...]
	deal: str = ""
	contact: str = ""
	# The record of the thread that decided, "" where the addresses did.
	said_by: str = ""


def source_key(doctype: str, name: str) -> str:
	"""Return the unique key of what is captured from a document."""
	return f"{doctype}:{name}"


def place(source: Source, found: Findings) -> Placement | None:
	"""Return where a source belongs, None where it matches nobody."""
	rows = [*_by_address(source, found), *_by_link(found)]
	main = _main(found, rows)
	if not main:
		return None
	bare = [Participant(profile) for profile in found.thread.profiles]
	of_main = [row for row in rows if row.customer_profile == main]
	return Placement(
		customer_profile=main,
		participants=tuple(dict.fromkeys([*rows, *bare])),
		deal=found.thread.deal or only_deal(found.open_deals.get(main, ())),
		contact=next((row.contact for row in [*of_main, *rows] if row.contact), ""),
		said_by=found.thread.said_by,
	)


def _main(found: Findings, rows: Sequence[Participant]) -> str:
	if found.thread.profiles:
		return found.thread.profiles[0]
	return rows[0].customer_profile if rows else ""


def _by_address(source: Source, found: Findings) -> Iterable[Participant]:
	"""Yield who took part: the one on the other side first, those who got a copy last."""
	order = {SENDER: 0, RECIPIENT: 1, COPIED: 2}
	for person in sorted(source.people, key=lambda one: order.get(one.role, 1)):
		for match in _persons_first(found.by_address.get(person.who, ())):
			contact = match.contact or person.contact
			name = bare_name(person.full_name)
			yield Participant(match.profile, contact, person.address, name, person.number)


def _persons_first(matches: Sequence[Match]) -> list[Match]:
	"""Return the persons that an address belongs to, or else the organizations: a person's says more."""
	return [match for match in matches if match.is_person] or list(matches)


def _by_link(found: Findings) -> Iterable[Participant]:
	known = {match.profile for matches in found.by_address.values() for match in matches}
	for match in found.linked:
		if match.profile not in known:
			yield Participant(match.profile, match.contact)


def only_deal(deals: Sequence[str]) -> str:
	"""Return the one deal that a message outside any thread can mean, "" where there are several: nobody guesses."""
	return deals[0] if len(deals) == 1 else ""


def happened_on(said: datetime | None, arrived: datetime) -> datetime:
	"""Return when a message was written: what it says, unless that lies in the future or before there was mail."""
	return said if said and EARLIEST <= said <= arrived + CLOCKS else arrived


def is_robot(address: str) -> bool:
	"""Tell whether nobody reads what is sent to an address: bounces and the like come from it."""
	return address.split("@")[0].lower().startswith(ROBOTS)


def why_unmatched(source: Source, own: Iterable[str]) -> str:
	"""Return why a message that matches nobody is set aside, STRANGER where somebody should look at it.

	A message about a record of another kind (a supplier's order, a job application) is at home there.
	"""
	if source.set_aside:
		return source.set_aside
	other = other_side(source, own)
	if source.records or not other.who:
		return ELSEWHERE
	return AUTOMATIC if is_robot(other.address) else STRANGER


def other_side(source: Source, own: Iterable[str]) -> Person:
	"""Return who an unmatched message is from, or went to, that is not one of us."""
	ours = set(own)
	outside = [person for person in source.people if person.who and person.who not in ours]
	senders = [person for person in outside if person.role == SENDER]
	return (senders or outside or [Person()])[0]


def name_from(person: Person) -> str:
	"""Return the name to give a profile that is made of an address."""
	name = " ".join(person.full_name.replace('"', " ").split())
	if name and "@" not in name:
		return name
	local = person.address.split("@")[0].replace(".", " ").replace("_", " ").split("+")[0]
	return " ".join(word.capitalize() for word in local.split()) or person.who
