"""Ceilings: what of an act counts where room is short, and what it leaves for the next."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from tanpuhui.engine.caps import Room, Share, allot


def counted(rooms: list[Room], acts_mg: Iterable[int]) -> list[int | None]:
    """The mg of each act in turn, None where it does not count."""
    shares = [allot(rooms, mg) for mg in acts_mg]
    return [share.counted_mg if share.is_counted else None for share in shares]


def test_a_ceiling_of_number() -> None:
    rooms = [Room("acts", 2)]
    assert counted(rooms, [5, 0, 7]) == [5, 0, None]
    assert rooms[0].left == 0
    assert counted([Room("acts", -3)], [5]) == [None]


def test_a_ceiling_of_mass_cuts_the_act_that_crosses_it() -> None:
    rooms = [Room("acts", 9), Room("mass_g", 700)]
    assert allot(rooms, 500) == Share(is_counted=True, counted_mg=500)
    assert allot(rooms, 400) == Share(is_counted=True, counted_mg=200, cut_by=1)
    assert allot(rooms, 100) == Share(is_counted=False, counted_mg=0, cut_by=1)
    assert [room.left for room in rooms] == [7, 0]


def test_number_comes_before_mass_and_the_tightest_mass_is_named() -> None:
    rooms = [Room("mass_g", 50), Room("mass_g", 30), Room("acts", 1)]
    assert allot(rooms, 40) == Share(is_counted=True, counted_mg=30, cut_by=1)
    assert allot(rooms, 40) == Share(is_counted=False, counted_mg=0, cut_by=2)
    assert [room.left for room in rooms] == [20, 0, 0]


def test_an_act_without_room_uses_nothing() -> None:
    rooms = [Room("mass_g", 0), Room("acts", 2)]
    assert counted(rooms, [1, 0, 0, 0]) == [None, 0, 0, None]


def test_points_alone_need_no_mass_even_where_a_limit_was_lowered() -> None:
    assert counted([Room("mass_g", -5)], [0, 1]) == [0, None]


def test_no_ceiling_counts_all() -> None:
    assert counted([], [1, 2]) == [1, 2]


@given(
    st.lists(st.builds(Room, st.sampled_from(["acts", "mass_g"]), st.integers(0, 20)), max_size=4),
    st.lists(st.integers(0, 9), max_size=20),
)
def test_nothing_passes_a_ceiling_and_no_room_is_left_unused(rooms: list[Room], acts: list[int]):
    limits = [room.left for room in rooms]
    shares = [allot(rooms, mg) for mg in acts]
    used = {"acts": sum(s.is_counted for s in shares), "mass_g": sum(s.counted_mg for s in shares)}
    for room, limit in zip(rooms, limits, strict=True):
        assert room.left == limit - used[room.of] >= 0
    for share, mg in zip(shares, acts, strict=True):
        assert (share.counted_mg == mg) if share.cut_by is None else (share.counted_mg <= mg)
        assert share.is_counted or share.cut_by is not None
