"""What a coming day brings, found once a day: close dates, expiring quotations, ending contracts, overdue invoices, rot,
birthdays.

Each search walks its table once, in batches by name. What it finds again is in the ledger already; what was missed while
the site was down is found for a week. Days are those of the site's calendar.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import Any

import frappe
from frappe.utils import escape_html, getdate

from crm_plus.access.rows import readable_fields
from crm_plus.access.teams import all_teams
from crm_plus.rules import birthdays
from crm_plus.rules import notices as rules
from crm_plus.rules.notices import TEAM
from crm_plus.rules.reminders import Occasion, entries
from crm_plus.rules.team_leaders import leaders_of
from crm_plus.setup.compatibility import doctype_exists
from crm_plus.workflows import ledger, occasion_owners, preferences, site_clock
from crm_plus.workflows.pipelines import load_stages

BATCH = 500
CATCH_UP = timedelta(days=7)
# A Monday's news come on Friday where the weekend is free, longer holidays are not looked at.
LONGEST_WEEKEND = timedelta(days=4)
SOON = timedelta(hours=36)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Search:
	"""Where an event's days stand: the DocType and its field, what else must hold, and whether it is told afterwards.

	`owners` returns whose each row is; `subject` what it is called.
	"""

	event: str
	doctype: str
	field: str
	filters: Sequence[tuple[str, str, Any]]
	fields: Sequence[str]
	owners: Callable[[list[Any]], dict[str, str]]
	title: str
	afterwards: bool = False


SUBMITTED = ("docstatus", "=", 1)
SEARCHES = (
	Search(
		*("close_date", "Deal", "expected_close_date", (("status", "=", "Open"),)),
		*(("title", "deal_owner"), occasion_owners.of_deals, "title"),
	),
	Search(
		*(
			"quotation_expiring",
			"Quotation",
			"valid_till",
			(SUBMITTED, ("status", "in", ("Open", "Replied"))),
		),
		*(("customer_name", "quotation_to", "party_name", "crm_plus_deal"), occasion_owners.of_quotations),
		"customer_name",
	),
	Search(
		*("contract_ending", "Contract", "end_date", (SUBMITTED, ("status", "!=", "Inactive"))),
		*(("party_type", "party_name"), occasion_owners.of_customers, "party_name"),
	),
	Search(
		*("invoice_overdue", "Sales Invoice", "due_date", (SUBMITTED, ("outstanding_amount", ">", 0))),
		*(("customer_name", "customer"), occasion_owners.of_customers, "customer_name", True),
	),
)


def sweep(now: datetime, commit: Callable[[], None]) -> None:
	"""Enter in the ledger what the coming day brings; `commit` is called after each batch."""
	for search in SEARCHES:
		if doctype_exists(search.doctype):
			for occasions in _found(search, now):
				enter(occasions, now)
				commit()
	for occasions in chain(_rotten(now), _birthdays(now)):
		enter(occasions, now)
		commit()


def enter(occasions: Sequence[Occasion], now: datetime) -> None:
	"""Enter what is to be told before the next sweep has passed."""
	known = preferences.load(user for one in occasions for user, _code in one.told)
	rows = [row for one in occasions for row in entries(one, known)]
	ledger.enter([row for row in rows if row.send_after <= now + SOON])


def _found(search: Search, now: datetime) -> Iterator[list[Occasion]]:
	today = site_clock.stored(now).date()
	ahead = timedelta(minutes=_longest_notice(search.event)) + LONGEST_WEEKEND
	first, last = (today - CATCH_UP, today - DAY) if search.afterwards else (today, today + ahead)
	window = [(search.field, ">=", first), (search.field, "<=", last)]
	fields = ["name", search.field, *search.fields]
	for rows in _batches(search.doctype, [*search.filters, *window], fields):
		owners, teams = search.owners(rows), all_teams()
		yield [_occasion(search, row, owners[row.name], teams, now) for row in rows if row.name in owners]


def _longest_notice(event: str) -> int:
	"""Return the longest notice (minutes) that anybody wants of an event."""
	codes = [event, TEAM + event]
	found = frappe.get_all(
		"Notification Choice", {"event": ["in", codes]}, pluck="notice_minutes", distinct=True
	)
	return max([rules.longest_notice(event, []), *found])


def _batches(doctype: str, filters: list[Any], fields: list[str]) -> Iterator[list[Any]]:
	after = ""
	while True:
		rows = frappe.get_all(
			doctype, [*filters, ("name", ">", after)], fields, order_by="name asc", limit=BATCH
		)
		if rows:
			yield rows
		if len(rows) < BATCH:
			return
		after = rows[-1].name


def _occasion(search: Search, row: Any, owner: str, teams: Sequence[Any], now: datetime) -> Occasion:
	day = getdate(row.get(search.field))
	subject = escape_html(row.get(search.title) or row.name)
	if search.doctype != "Deal":
		subject = f"{frappe.bold(escape_html(row.name))} ({subject})"
	at = day + DAY if search.afterwards else day
	return _told(search.event, search.doctype, row.name, str(day), at, owner, teams, subject, now)


def _told(
	event: str,
	doctype: str,
	name: str,
	stamp: str,
	at: date,
	owner: str,
	teams: Sequence[Any],
	subject: str,
	now: datetime,
) -> Occasion:
	told = [(owner, event)]
	if TEAM + event in rules.EVENTS:
		told += [(leader, TEAM + event) for leader in leaders_of(owner, teams)]
	return Occasion(doctype, name, stamp, at, now, tuple(told), subject)


def _rotten(now: datetime) -> Iterator[list[Occasion]]:
	"""Find the deals that have become rotten within a week, stage by stage."""
	today = site_clock.stored(now).date()
	pipelines = frappe.get_all("Pipeline", pluck="name")
	for stage in (stage for pipeline in pipelines for stage in load_stages(pipeline)):
		if stage.outcome != "Open" or stage.rots_after_days <= 0:
			continue
		limit = timedelta(days=stage.rots_after_days) + DAY
		filters = [
			("stage", "=", stage.name),
			("status", "=", "Open"),
			("stage_entered_on", ">=", today - limit - CATCH_UP),
			("stage_entered_on", "<", today - limit + DAY),
		]
		fields = ["name", "title", "deal_owner", "stage_entered_on", "snoozed_until"]
		for rows in _batches("Deal", filters, fields):
			awake = [
				row
				for row in rows
				if row.deal_owner and not (row.snoozed_until and row.snoozed_until > today)
			]
			teams = all_teams()
			yield [
				_told(
					*("deal_rotten", "Deal", row.name, str(getdate(row.stage_entered_on))),
					*(getdate(row.stage_entered_on) + limit, row.deal_owner, teams),
					*(frappe.bold(escape_html(row.title or row.name)), now),
				)
				for row in awake
			]


def _birthdays(now: datetime) -> Iterator[list[Occasion]]:
	"""Find the birthdays of the customers whose owners may know them; who is not to be contacted is left in peace."""
	today = site_clock.stored(now).date()
	last = today + timedelta(minutes=_longest_notice("birthday")) + LONGEST_WEEKEND
	keys = birthdays.keys(today, last)
	filters = [
		("birthday_key", "in", keys),
		("profile_type", "=", "Person"),
		("do_not_contact", "=", 0),
		("profile_owner", "is", "set"),
	]
	may_know = lru_cache(maxsize=None)(lambda user: "birthday" in readable_fields("Customer Profile", user))
	fields = ["name", "full_name", "profile_owner", "birthday"]
	for rows in _batches("Customer Profile", filters, fields):
		days = {row.name: birthdays.next_on(row.birthday, today) for row in rows}
		yield [
			_told(
				*("birthday", "Customer Profile", row.name, str(days[row.name]), days[row.name]),
				*(row.profile_owner, (), frappe.bold(escape_html(row.full_name)), now),
			)
			for row in rows
			if days[row.name] <= last and may_know(row.profile_owner)
		]
