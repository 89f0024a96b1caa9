"""How Hypothesis tries things: the same examples in every run of the same tests, for what a run says must not depend on luck.

`HYPOTHESIS_PROFILE=explore` looks for others, each time; what it finds becomes an `@example` of its test.
"""

import os

from hypothesis import HealthCheck, settings

# A busy machine, or a database, takes as long as it takes.
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


def choose_profile() -> None:
	"""Load the profile that the environment names; the steady one where it names none."""
	settings.register_profile("steady", derandomize=True, **PATIENT)
	settings.register_profile("explore", derandomize=False, print_blob=True, **PATIENT)
	settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "steady")
