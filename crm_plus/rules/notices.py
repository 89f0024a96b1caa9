"""What a user can be told of, through which channels, and what the role's defaults are.

An event of the catalogue may have a twin for those who lead the team of the person concerned: its code begins with TEAM.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from crm_plus.rules.quiet_hours import Hours

IN_APP, EMAIL, SMS, WHATSAPP = "In-App", "E-mail", "SMS", "WhatsApp"
CHANNELS = (IN_APP, EMAIL, SMS, WHATSAPP)
# A message in these is stored in the same transaction as the note that it was sent; the others leave over the network.
STORED_CHANNELS = frozenset({IN_APP, EMAIL})

# What an event hangs on: a moment to act by, an appointment, a day, or nothing but that it happened.
MOMENT, APPOINTMENT, DAY, NEWS = "moment", "appointment", "day", "news"
MINUTES_OF_A_DAY = 24 * 60
# A year's notice is the longest that anything here can use.
LONGEST_NOTICE_MINUTES = 365 * MINUTES_OF_A_DAY

# What these tell of has happened already: nothing can be counted back from it.
AFTERWARDS = frozenset({"deal_rotten", "invoice_overdue"})

MANAGER, AGENT, OTHER = "manager", "agent", "other"
KIND_OF_ROLE = {"Sales Manager": MANAGER, "Sales User": AGENT}
TEAM = "team_"
BELL, BELL_AND_MAIL, MAIL, NOTHING = (IN_APP,), (IN_APP, EMAIL), (EMAIL,), ()


@dataclass(frozen=True)
class Event:
	"""One thing worth knowing: its code, the group it is shown in, and what a sales agent gets unless they choose.

	`notice` is the default notice in minutes (whole days for DAY); `team` the channels of those who lead the team, None
	where they have no say in it.
	"""

	code: str
	group: str
	kind: str
	channels: tuple[str, ...]
	digest: bool = False
	notice: int = 0
	team: tuple[str, ...] | None = None

	@property
	def has_notice(self) -> bool:
		"""Whether one may want to hear of it some time before."""
		return self.kind != NEWS and self.own_code not in AFTERWARDS

	@property
	def own_code(self) -> str:
		"""The code of the event that happens to the person concerned."""
		return self.code.removeprefix(TEAM)


@dataclass(frozen=True)
class Choice:
	"""How one user wants to hear of one event; `notice` in minutes."""

	channels: frozenset[str] = frozenset()
	digest: bool = False
	notice: int = 0


@dataclass(frozen=True)
class Preference:
	"""How one user wants to hear of everything: what they chose themselves, the rest by their roles."""

	user: str
	hours: Hours = field(default_factory=Hours)
	kind: str = OTHER
	choices: Mapping[str, Choice] = field(default_factory=dict)


WORK, MONEY, DEALS, CUSTOMERS, OF_TEAM = "Work", "Money", "Deals", "Customers", "Team"
DAYS = MINUTES_OF_A_DAY

_EVENTS = (
	Event("follow_up_due", WORK, MOMENT, BELL_AND_MAIL, digest=True, notice=15, team=NOTHING),
	Event("follow_up_unowned", WORK, NEWS, BELL),
	Event("meeting", WORK, APPOINTMENT, BELL_AND_MAIL, notice=30),
	Event("deal_assigned", DEALS, NEWS, BELL_AND_MAIL),
	Event("deal_won", DEALS, NEWS, BELL, team=BELL),
	Event("deal_lost", DEALS, NEWS, BELL, team=BELL),
	Event("deal_moved", DEALS, NEWS, BELL),
	Event("stage_refused", DEALS, NEWS, BELL),
	Event("no_next_step", DEALS, NEWS, BELL),
	Event("close_date", DEALS, DAY, BELL_AND_MAIL, digest=True, notice=3 * DAYS, team=MAIL),
	Event("deal_rotten", DEALS, DAY, BELL_AND_MAIL, digest=True, team=MAIL),
	Event("quotation_expiring", DEALS, DAY, BELL_AND_MAIL, digest=True, notice=3 * DAYS, team=NOTHING),
	Event("quotation_opened", DEALS, NEWS, BELL),
	Event("email_answered", CUSTOMERS, NEWS, BELL),
	Event("bad_feedback", CUSTOMERS, NEWS, BELL_AND_MAIL, team=BELL_AND_MAIL),
	Event("birthday", CUSTOMERS, DAY, BELL),
	Event("contract_ending", CUSTOMERS, DAY, BELL_AND_MAIL, digest=True, notice=30 * DAYS, team=NOTHING),
	Event("payment_received", MONEY, NEWS, BELL, team=NOTHING),
	Event("invoice_overdue", MONEY, DAY, BELL_AND_MAIL, digest=True, team=MAIL),
)


def _twin(event: Event) -> Event:
	"""Return the same event for those who lead the team; nothing of it needs them at once but what they want in the bell."""
	mails_only = event.team == MAIL
	return replace(
		event,
		code=TEAM + event.code,
		group=OF_TEAM,
		channels=event.team or NOTHING,
		digest=event.digest or mails_only,
	)


EVENTS: dict[str, Event] = {
	event.code: event for event in (*_EVENTS, *(_twin(one) for one in _EVENTS if one.team is not None))
}


def kind_of(roles: Collection[str]) -> str:
	"""Return whose defaults a user with these roles gets: the manager's before the agent's."""
	kinds = {kind for role, kind in KIND_OF_ROLE.items() if role in roles}
	return MANAGER if MANAGER in kinds else AGENT if AGENT in kinds else OTHER


def default_choice(code: str, kind: str) -> Choice:
	"""Return what a user of a kind gets of an event without choosing; who is no seller has the bell alone.

	Raises KeyError where there is no such event.
	"""
	event = EVENTS[code]
	channels = frozenset(event.channels)
	if kind == OTHER:
		channels &= {IN_APP}
	return Choice(channels, event.digest, event.notice)


def choice(preference: Preference, code: str) -> Choice:
	"""Return how the user wants to hear of an event. Raises KeyError where there is no such event."""
	return preference.choices.get(code) or default_choice(code, preference.kind)


def codes_for(is_leader: bool) -> list[str]:
	"""Return the events that a user can choose for; those of the team only where they lead one."""
	return [code for code, event in EVENTS.items() if is_leader or event.group != OF_TEAM]


def deviations(chosen: Mapping[str, Choice], kind: str) -> dict[str, Choice]:
	"""Return what has to be remembered of a user's choices: those that differ from the defaults."""
	return {code: one for code, one in chosen.items() if one != default_choice(code, kind)}


def problem(code: str, one: Choice) -> str:
	"""Return what is wrong with a choice as a code: "event", "channel", "notice" or "days"; empty where nothing is."""
	if code not in EVENTS:
		return "event"
	if not one.channels <= set(CHANNELS):
		return "channel"
	if not 0 <= one.notice <= LONGEST_NOTICE_MINUTES:
		return "notice"
	whole_days = EVENTS[code].kind != DAY or one.notice % MINUTES_OF_A_DAY == 0
	return "" if whole_days else "days"


def longest_notice(code: str, preferences: Iterable[Preference]) -> int:
	"""Return the longest notice (minutes) that anybody wants of an event, its team's twin counted."""
	codes = [one for one in (code, TEAM + code) if one in EVENTS]
	wanted = [choice(preference, one).notice for preference in preferences for one in codes]
	return max([EVENTS[code].notice, *wanted])
