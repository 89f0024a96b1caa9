"""Which records were given to a user, beyond his own: assigned to him, or shared with him."""

from dataclasses import dataclass

from crm_plus.access.standing import ASSIGNED, SHARED, TEAMS, read
from crm_plus.access.teams import is_known, remember


@dataclass(frozen=True)
class Given:
	"""The names of one DocType's records that a user has by assignment, and by a share that lets him read."""

	assigned: tuple[str, ...]
	shared: tuple[str, ...]


def given_to(doctype: str, user: str) -> Given:
	"""Return what was given to a user; his teams, where this request does not know them yet, are read along with it."""
	knows = is_known(user)
	rows = read(user, teams=not knows, doctype=doctype)
	if not knows:
		remember(user, rows[TEAMS])
	return Given(*(tuple(row[0] for row in rows[what]) for what in (ASSIGNED, SHARED)))
