"""Which cells of a published table stay empty, so that nobody can be computed from it.

A cell with fewer than ten people is hidden (primary suppression). Totals are published too, so
further cells are hidden until no hidden one follows from the rest (complementary suppression):
every line keeps two unknowns, and elimination over all lines leaves none of them determined.
"""

import numpy as np
import numpy.typing as npt

PEOPLE_MIN = 10
UNKNOWNS_MIN = 2
PRIME = 2**31 - 1
"""Elimination runs modulo a prime: exact, and far from any accident with factors of ±1."""
Table = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def protect(people: Table, *, closed: Mask | None = None, hidden: Mask | None = None) -> Mask:
    """The cells of a table that stay empty.

    Args:
        people: rows × columns, the last row and the last column being totals.
        closed: cells that are not published anyway; they count as unknown and need no protection.
        hidden: cells that another table already hides.

    Returns:
        A mask of the same shape; closed cells are not in it.
    """
    shut = np.zeros(people.shape, dtype=np.bool_) if closed is None else closed
    given = np.zeros(people.shape, dtype=np.bool_) if hidden is None else hidden
    found: Mask = (given | ((people > 0) & (people < PEOPLE_MIN))) & ~shut
    if not found.any():
        return found
    while line := _weak_line(people, found, found | shut):
        _hide_one(people, found, shut, line)
    return found


Line = tuple[int, int]
"""(axis, index): a row where axis is 0, a column where it is 1."""


def _weak_line(people: Table, found: Mask, unknown: Mask) -> Line | None:
    """A line that gives a hidden cell, or the sum of too few people, away."""
    for axis in (0, 1):
        for index in range(people.shape[axis]):
            if _is_weak(people, found, unknown, (axis, index)):
                return axis, index
    rows, columns = np.nonzero(determined(unknown) & found)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        for line in ((0, row), (1, column)):
            if not unknown[_cells(line)].all():
                return line
    return None


def _is_weak(people: Table, found: Mask, unknown: Mask, line: Line) -> bool:
    at = _cells(line)
    if not found[at].any() or _is_full(unknown[at]):
        return False
    few = people[at][:-1][unknown[at][:-1]].sum() < PEOPLE_MIN
    return bool(unknown[at].sum() < UNKNOWNS_MIN or (few and not unknown[at][-1]))


def _is_full(unknown: Mask) -> bool:
    """Nothing of the line is left to hide but its total."""
    return bool(unknown[:-1].all())


def _hide_one(people: Table, found: Mask, shut: Mask, line: Line) -> None:
    """Hide the cell whose loss costs least.

    One with people rather than an empty one, one whose crossing line hides something anyway, and
    of those the one with the fewest people.
    """
    at = _cells(line)
    free = np.flatnonzero(~(found[at] | shut[at])[:-1])
    if not len(free):
        found[at][-1] = not shut[at][-1]
        return
    sizes = people[at][free]
    needed: Mask = np.asarray(found.any(axis=line[0]))[:-1][free]
    order = np.lexsort((sizes, ~needed, sizes == 0))
    found[at][free[order[0]]] = True


def _cells(line: Line) -> tuple[int | slice, int | slice]:
    axis, index = line
    return (index, slice(None)) if axis == 0 else (slice(None), index)


def determined(unknown: Mask) -> Mask:
    """Unknown cells whose value follows from the known ones and the totals, by elimination."""
    rows, columns = unknown.shape
    cells = np.flatnonzero(unknown)
    place = np.full(rows * columns, -1, dtype=np.int64)
    place[cells] = np.arange(len(cells))
    place = place.reshape(rows, columns)
    lines = np.zeros((rows + columns, len(cells)), dtype=np.int64)
    for axis, number, offset in ((0, rows, 0), (1, columns, rows)):
        for index in range(number):
            line = place[_cells((axis, index))]
            lines[offset + index, line[:-1][line[:-1] >= 0]] = 1
            if line[-1] >= 0:
                lines[offset + index, line[-1]] = PRIME - 1
    alone = np.zeros(rows * columns, dtype=np.bool_)
    alone[cells[_alone(lines)]] = True
    return alone.reshape(rows, columns)


def _alone(lines: Table) -> npt.NDArray[np.int64]:
    """Columns that stand alone in a row of the reduced echelon form."""
    rank = 0
    for column in range(lines.shape[1]):
        pivots = np.flatnonzero(lines[rank:, column])
        if not len(pivots):
            continue
        pivot = rank + int(pivots[0])
        lines[[rank, pivot]] = lines[[pivot, rank]]
        lines[rank] = lines[rank] * pow(int(lines[rank, column]), -1, PRIME) % PRIME
        others = np.flatnonzero(lines[:, column])
        others = others[others != rank]
        factors = lines[others, column][:, None]
        lines[others] = (lines[others] - factors * lines[rank] % PRIME) % PRIME
        rank += 1
        if rank == lines.shape[0]:
            break
    single = lines[:rank][(lines[:rank] != 0).sum(axis=1) == 1]
    return np.flatnonzero(single.any(axis=0))
