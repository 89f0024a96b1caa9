"""Give a site from before interactions the types and outcomes that a new one starts with."""

from crm_plus.setup.defaults import make_interaction_masters


def execute() -> None:
	"""Create those that do not exist."""
	make_interaction_masters()
