"""Small cells stay empty, and nothing that is published gives them away."""

from datetime import date

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as drawn

from tanpuhui.domain.insight.data import Figures
from tanpuhui.domain.insight.selectors import disclosure
from tanpuhui.domain.insight.selectors.suppression import PEOPLE_MIN, determined, protect

COUNTS = st.sampled_from([0, 0, 0, 1, 3, 9, 10, 12, 40, 500])
SHAPES = st.tuples(st.integers(2, 6), st.integers(2, 6))


def with_totals(inner: np.ndarray) -> np.ndarray:
    wide = np.hstack([inner, inner.sum(axis=1, keepdims=True)])
    return np.vstack([wide, wide.sum(axis=0, keepdims=True)])


def lines_of(shape: tuple[int, int], offset: int, size: int) -> list[np.ndarray]:
    """Every row and column of a table as an equation over `size` unknowns from `offset` on."""
    place = np.arange(shape[0] * shape[1]).reshape(shape) + offset
    found = []
    for line in (*place, *place.T):
        equation = np.zeros(size)
        equation[line[:-1]] = 1
        equation[line[-1]] = -1
        found.append(equation)
    return found


def follows(equations: np.ndarray, unknown: np.ndarray) -> set[int]:
    """Unknowns that the equations determine: adding one as known does not raise the rank."""
    places = np.flatnonzero(unknown)
    matrix = equations[:, places]
    rank = np.linalg.matrix_rank(matrix)
    found = set()
    for at, place in enumerate(places):
        single = np.zeros((1, len(places)))
        single[0, at] = 1
        if np.linalg.matrix_rank(np.vstack([matrix, single])) == rank:
            found.add(int(place))
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SHAPES.flatmap(lambda shape: drawn.arrays(np.int64, shape, elements=COUNTS)))
def test_no_small_cell_is_published_or_follows(inner: np.ndarray) -> None:
    people = with_totals(inner)
    hidden = protect(people)
    small = (people > 0) & (people < PEOPLE_MIN)
    assert not (small & ~hidden).any()
    equations = np.array(lines_of(people.shape, 0, people.size))
    assert follows(equations, hidden.ravel()) == set()


@settings(max_examples=60, deadline=None)
@given(SHAPES.flatmap(lambda shape: drawn.arrays(np.bool_, shape)))
def test_elimination_agrees_with_ranks(unknown: np.ndarray) -> None:
    equations = np.array(lines_of(unknown.shape, 0, unknown.size))
    ours = set(np.flatnonzero(determined(unknown)).tolist())
    assert ours == follows(equations, unknown.ravel())


def test_a_table_of_crowds_stays_whole() -> None:
    assert not protect(with_totals(np.full((5, 7), 50, dtype=np.int64))).any()


def test_little_is_lost() -> None:
    inner = np.full((6, 6), 50, dtype=np.int64)
    inner[2, 3] = 4
    hidden = protect(with_totals(inner))
    assert hidden.sum() == 4, "a rectangle is the least that protects one cell"
    assert hidden[2, 3]


MONTHS = (date(2026, 3, 1), date(2026, 2, 1))


def figures(people: int) -> Figures:
    return Figures(people, people, 0, people * 1000, people)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn.arrays(np.int64, (3, 3, 3), elements=COUNTS))
def test_months_districts_and_all_time_together_tell_nothing(cube: np.ndarray) -> None:
    """cube: two months and everything before, × scenarios × districts. All published tables of
    these are taken as one system of equations; no hidden cell may follow from it."""
    full = np.concatenate([cube, cube.sum(axis=0, keepdims=True)])  # months, before, all time
    full = np.concatenate([full, full.sum(axis=1, keepdims=True)], axis=1)
    full = np.concatenate([full, full.sum(axis=2, keepdims=True)], axis=2)
    times = (*MONTHS, None)
    where = {MONTHS[0]: 0, MONTHS[1]: 1, None: 3}
    city = {time: figures(int(full[where[time], -1, -1])) for time in times}

    def side(axis: int) -> disclosure.Side:
        cells = {
            key: {
                time: figures(
                    int(full[where[time], key, -1] if axis == 1 else full[where[time], -1, key])
                )
                for time in times
            }
            for key in range(3)
        }
        return disclosure._side(MONTHS, cells, city)

    scenarios, districts = side(1), side(2)
    unknown = np.ones(full.shape, dtype=np.bool_)
    unknown[3, -1, -1] = unknown[0, -1, -1] = unknown[1, -1, -1] = False
    for time in times:
        for key in range(3):
            unknown[where[time], key, -1] = scenarios.of(time, key) is None
            unknown[where[time], -1, key] = districts.of(time, key) is None
    for month in MONTHS:
        at = where[month]
        hidden = np.zeros(full.shape[1:], dtype=np.bool_)
        hidden[:-1, -1] = unknown[at, :-1, -1]
        hidden[-1, :-1] = unknown[at, -1, :-1]
        unknown[at] = protect(full[at], hidden=hidden)
    size = full.size
    place = np.arange(size).reshape(full.shape)
    equations = []
    for axis in range(3):
        for line in np.moveaxis(place, axis, 0).reshape(full.shape[axis], -1).T:
            equation = np.zeros(size)
            equation[line[:-1]] = 1
            equation[line[-1]] = -1
            equations.append(equation)
    small = (full > 0) & (full < PEOPLE_MIN)
    published_months = small[:2]
    assert not (published_months[:, :-1, :] & ~unknown[:2, :-1, :]).any()
    given_away = follows(np.array(equations), unknown.ravel()) & set(
        place[:2][unknown[:2]].ravel().tolist()
    )
    assert given_away == set()
