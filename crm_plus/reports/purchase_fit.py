"""Fits the BG/NBD model to customers by its greatest likelihood. SciPy, an optional extra, finds the place."""

from collections.abc import Sequence
from typing import Any

from crm_plus.rules.purchases import Model, log_likelihood

# Logarithms of the parameters; one that runs to an edge is not told by the data.
START = (0.0, 1.0, 0.0, 0.0)
LOWEST, HIGHEST = -8.0, 12.0


def has_scipy() -> bool:
	"""Tell whether SciPy can be loaded."""
	try:
		import scipy.optimize  # noqa: F401
	except ImportError:
		return False
	return True


def fit(repeats: Sequence[int], last: Sequence[float], age: Sequence[float]) -> Model | None:
	"""Return the model that makes these customers likeliest, weeks as in the rules; None where there is no such place.

	Raises ImportError without SciPy.
	"""
	import numpy
	from scipy.optimize import minimize

	columns = [numpy.asarray(column, dtype=float) for column in (repeats, last, age)]
	# Customers that look the same are counted once.
	different, counts = numpy.unique(numpy.column_stack(columns), axis=0, return_counts=True)
	maths = columns_of_numbers()

	def badness(logs: Any) -> float:
		each = log_likelihood(Model(*numpy.exp(logs)), *different.T, maths)
		return -float((counts * each).sum()) / len(columns[0])

	found = minimize(
		badness,
		START,
		method="Nelder-Mead",
		bounds=[(LOWEST, HIGHEST)] * len(START),
		options={"xatol": 1e-4, "fatol": 1e-9, "maxiter": 6000, "maxfev": 6000},
	)
	return Model(*(float(value) for value in numpy.exp(found.x))) if found.success else None


def columns_of_numbers() -> Any:
	"""Return the functions of the likelihood for whole columns."""
	import numpy
	from scipy.special import gammaln

	class Columns:
		log = staticmethod(numpy.log)
		lgamma = staticmethod(gammaln)
		add_logs = staticmethod(numpy.logaddexp)

	return Columns()
