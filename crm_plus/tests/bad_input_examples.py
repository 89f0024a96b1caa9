"""Good documents of what people plan, log, set and wish, with a row in each of their tables: what the bad values are put into."""

from itertools import count
from typing import Any

import frappe

from crm_plus.tests import factories

_months = count()


def of_work(profile: str, person: str) -> dict[str, dict[str, Any]]:
	"""An interaction and a follow-up of a profile."""
	return {
		"Interaction": {
			**{"interaction_type": "Call", "subject": "Talk", "customer_profile": profile, "status": "Done"},
			**{"starts_on": "2026-01-05 10:00:00", "participants": [{"customer_profile": person}]},
		},
		"Follow Up": {"subject": "Call", "customer_profile": profile, "due_on": "2090-01-05 10:00:00"},
	}


def of_lists(user: str) -> dict[str, dict[str, Any]]:
	"""What managers set, and what a user wishes; types and outcomes are disabled: nobody is offered them."""
	unique = factories.unique
	return {
		"Interaction Type": {"type_name": unique("Type"), "disabled": 1},
		"Interaction Outcome": {
			**{"outcome": unique("Outcome"), "disabled": 1, "types": [{"interaction_type": "Call"}]},
		},
		"Sales Quota": {
			**{"quota_for": "Person", "user": user, "company": factories.company(), "period": "Month"},
			**{"starts_on": next_month(), "amount": 100},
		},
		"Notification Preference": {
			**{"user": without_preference(user), "digest_at": "08:00:00"},
			"choices": [{"event": "deal_won", "in_app": 1}],
		},
	}


def of_outreach(segment: str) -> dict[str, dict[str, Any]]:
	"""What marketers write."""
	unique = factories.unique
	return {
		"Segment": {"segment_name": unique("Segment"), "conditions": '[["full_name", "like", "a%"]]'},
		"Outreach": {
			**{"title": unique("Outreach"), "segment": segment, "subject": "News", "message": "Hello"},
		},
	}


def next_month() -> str:
	"""Return the first day of a month that was not returned before: a person has one quota for each."""
	years, month = divmod(next(_months), 12)
	return f"{1980 + years % 110}-{month + 1:02}-01"


def without_preference(user: str) -> str:
	"""Return the user, who has no preference any more: each has one at most."""
	frappe.db.delete("Notification Preference", {"name": user})
	frappe.db.commit()  # the requests are other connections
	return user
