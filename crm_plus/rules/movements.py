"""How a pipeline came from what it was on one day to what it is on another: each deal moved it in one way, or not at all.

A deal counts on a day where it is open, meets the filters, and is to close within the chosen window (any day where none is
chosen). What it then adds is its amount of that day, so that the first day's sum and all movements are the second day's.
"""

from dataclasses import dataclass

from crm_plus.rules.deal_stages import LOST, WON

NEW, REOPENED, MOVED_IN, PULLED_IN, SLIPPED_IN, GROWN = (
	*("New", "Reopened", "Moved Here", "Pulled In", "Slipped In", "Grown"),
)
SHRUNK, SLIPPED, BROUGHT_FORWARD, MOVED_OUT, DID_WIN, DID_LOSE, GONE = (
	*("Shrunk", "Slipped", "Brought Forward", "Moved Away", "Won", "Lost", "Gone"),
)
UNCHANGED = "Unchanged"
# In the order in which a waterfall shows them: first what makes the pipeline larger, so that it never falls below zero.
UPWARDS = (NEW, REOPENED, MOVED_IN, PULLED_IN, SLIPPED_IN, GROWN)
DOWNWARDS = (SHRUNK, SLIPPED, BROUGHT_FORWARD, MOVED_OUT, DID_WIN, DID_LOSE, GONE)
MOVEMENTS = (*UPWARDS, *DOWNWARDS)


@dataclass(frozen=True)
class Day:
	"""How a deal stands on a day: whether it is open, meets the filters (all but the window), and closes in the window."""

	open: bool = False
	meets: bool = False
	inside: bool = False

	def counts(self) -> bool:
		"""Tell whether the deal counts on this day."""
		return self.open and self.meets and self.inside


@dataclass(frozen=True)
class Course:
	"""A deal's way from one day to another.

	`later` is set where it is to close later than it was to, or on no day any more. `born` is set where it began after the
	first day. `fate` is how it stood at the end of the second day where it is not open then: Won, Lost, "" for one that was deleted.
	"""

	then: Day
	now: Day
	change: float = 0.0
	later: bool = False
	born: bool = False
	fate: str = ""


def movement(course: Course) -> str:
	"""Return in which way a deal moved the pipeline, "" for one that counts on neither day."""
	if course.then.counts() and course.now.counts():
		return UNCHANGED if not course.change else GROWN if course.change > 0 else SHRUNK
	if course.now.counts():
		return entered(course)
	return left(course) if course.then.counts() else ""


def entered(course: Course) -> str:
	"""Return how a deal came in that counts on the second day alone."""
	if not course.then.open:
		return NEW if course.born else REOPENED
	if not course.then.meets:
		return MOVED_IN
	return SLIPPED_IN if course.later else PULLED_IN


def left(course: Course) -> str:
	"""Return how a deal went that counts on the first day alone."""
	if not course.now.open:
		return {WON: DID_WIN, LOST: DID_LOSE}.get(course.fate, GONE)
	if not course.now.meets:
		return MOVED_OUT
	return SLIPPED if course.later else BROUGHT_FORWARD


@dataclass(frozen=True)
class Step:
	"""One bar of the waterfall: from where to where it reaches, and which way it goes."""

	base: float
	up: float = 0.0
	down: float = 0.0
	whole: float = 0.0


def steps(start: float, changes: list[float]) -> list[Step]:
	"""Return the bars: the start, each change where the one before left off, the end."""
	found, level = [Step(0.0, whole=start)], start
	for change in changes:
		after = level + change
		found.append(Step(min(level, after), up=max(change, 0.0), down=max(-change, 0.0)))
		level = after
	return [*found, Step(0.0, whole=level)]
