"""The BG/NBD model against its authors' figures, against SciPy, and against customers who were made up by its own story."""

import csv
import math
import random
from importlib.metadata import distribution
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.special import hyp2f1

from crm_plus.reports.purchase_fit import columns_of_numbers, fit, has_scipy
from crm_plus.rules.purchases import (
	WEEKS_OF_YEAR,
	Buyer,
	Model,
	Numbers,
	chance_alive,
	enough,
	expected_purchases,
	hypergeometric,
	log_likelihood,
)

PAPER = Model(r=0.243, alpha=4.414, a=0.793, b=2.426)
positive = st.one_of(st.floats(0.05, 20), st.floats(20, 1e5))
# Purchases are days: nobody's rate is above seven a week.
models = st.builds(Model, positive, positive, positive, positive).filter(
	lambda model: model.r <= 7 * model.alpha
)
buyers = st.builds(
	lambda repeats, share, age: Buyer(min(repeats, int(7 * age)), age * share if repeats else 0.0, age),
	st.integers(0, 200),
	st.floats(0, 1),
	st.floats(0, 1000),
)


def cdnow() -> list[Buyer]:
	"""Return the paper's sample of CDNOW's customers, as the package `lifetimes` brings it."""
	path = Path(str(distribution("lifetimes").locate_file("lifetimes/datasets/cdnow_customers_summary.csv")))
	with path.open(encoding="utf-8") as file:
		return [
			Buyer(int(row["frequency"]), float(row["recency"]), float(row["T"]))
			for row in csv.DictReader(file)
		]


def fitted(people: list[Buyer]) -> Model:
	model = fit(*zip(*((one.repeats, one.last, one.age) for one in people), strict=True))
	assert model
	return model


def test_cdnow_gives_the_parameters_of_the_paper() -> None:
	people = cdnow()
	assert len(people) == 2357
	assert has_scipy()
	model = fitted(people)
	for name in ("r", "alpha", "a", "b"):
		assert getattr(model, name) == pytest.approx(getattr(PAPER, name), abs=0.005), name
	total = sum(log_likelihood(model, one.repeats, one.last, one.age, Numbers()) for one in people)
	assert total == pytest.approx(-9582.4, abs=0.1)


def test_an_example_of_the_authors() -> None:
	"""Their note on BG/NBD in a spreadsheet: 2 repeats, the last in week 30.43 of 38.86, 39 weeks ahead."""
	assert expected_purchases(PAPER, Buyer(2, 30.43, 38.86), 39) == pytest.approx(1.226, abs=0.001)


def test_columns_say_what_single_numbers_say() -> None:
	people = cdnow()[:200]
	import numpy

	columns = [numpy.array([getattr(one, name) for one in people]) for name in ("repeats", "last", "age")]
	together = log_likelihood(PAPER, *columns, columns_of_numbers())
	for one, value in zip(people, together, strict=True):
		assert log_likelihood(PAPER, one.repeats, one.last, one.age, Numbers()) == pytest.approx(value)


@given(models, buyers, st.floats(0, 200))
@example(Model(1.0, 1.0, 0.5, 0.5), Buyer(0, 0.0, 0.0), 0.0)
def test_chances_are_chances_and_nothing_leaves_the_range(model: Model, buyer: Buyer, weeks: float) -> None:
	assert 0 <= chance_alive(model, buyer) <= 1
	few, more = expected_purchases(model, buyer, weeks), expected_purchases(model, buyer, weeks + 10)
	assert math.isfinite(few)
	assert math.isfinite(more)
	assert 0 <= few <= more * (1 + 1e-6) + 1e-6
	assert math.isfinite(log_likelihood(model, buyer.repeats, buyer.last, buyer.age, Numbers()))


@given(models, st.integers(1, 60), st.floats(0, 0.9), st.floats(1, 200))
def test_who_waits_longer_is_likelier_gone(model: Model, repeats: int, share: float, age: float) -> None:
	early, late = Buyer(repeats, share * age, age), Buyer(repeats, age, age)
	assert chance_alive(model, early) <= chance_alive(model, late) + 1e-12


@given(st.floats(0.1, 5), st.floats(-0.9, 5), st.floats(0.2, 50), st.floats(0, 0.95))
def test_the_series_is_scipys_function(a: float, b: float, c: float, z: float) -> None:
	assert hypergeometric(a, b, c, z) == pytest.approx(float(hyp2f1(a, b, c, z)), rel=1e-8, abs=1e-10)


def test_the_edge_at_one_is_smooth() -> None:
	buyer = Buyer(3, 20, 30)
	around = [expected_purchases(Model(0.5, 5, a, 2), buyer, 52) for a in (0.999, 1.0, 1.001)]
	assert around[0] > around[1] > around[2]
	assert around[0] - around[2] < 0.01


def live(model: Model, age: float, ahead: float, chance: random.Random) -> tuple[Buyer, bool, int]:
	"""Return a customer's life by the model's own story: what is seen, whether he still buys, what he buys ahead."""
	rate, leaves = chance.gammavariate(model.r, 1 / model.alpha), chance.betavariate(model.a, model.b)
	moment, repeats, last, later, is_active = 0.0, 0, 0.0, 0, True
	was_active = True
	while is_active:
		moment += chance.expovariate(rate) if rate > 1e-9 else 1e12
		if moment > age + ahead:
			break
		is_active = chance.random() >= leaves
		if moment > age:
			later += 1
		else:
			repeats, last, was_active = repeats + 1, moment, is_active
	return Buyer(repeats, last, age), was_active, later


def test_people_made_up_by_the_model_are_found_again() -> None:
	truth, chance = Model(0.8, 6.0, 0.9, 2.5), random.Random(11)
	lives = [live(truth, chance.uniform(10, 150), WEEKS_OF_YEAR, chance) for _ in range(6000)]
	began = perf_counter()
	model = fitted([buyer for buyer, _active, _later in lives])
	assert perf_counter() - began < 10
	alive = sum(chance_alive(model, buyer) for buyer, _active, _later in lives)
	assert alive == pytest.approx(sum(active for _buyer, active, _later in lives), rel=0.05)
	ahead = sum(expected_purchases(model, buyer, WEEKS_OF_YEAR) for buyer, _active, _later in lives)
	assert ahead == pytest.approx(sum(later for _buyer, _active, later in lives), rel=0.06)


def test_what_is_too_little() -> None:
	assert enough(30, 15)
	assert not enough(29, 20)
	assert not enough(5000, 14)
