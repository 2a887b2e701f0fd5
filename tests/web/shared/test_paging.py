import pytest

from tanpuhui.web.shared.paging import page


def read(limit, offset):
    return list(range(25))[offset : offset + limit]


@pytest.mark.parametrize("number", ["", "0", "-1", "abc", "99999999"])
def test_nonsense_is_the_first_page(number):
    found = page(read, number, 10)
    assert (found.number, found.previous, found.following) == (1, None, 2)


def test_the_last_page():
    found = page(read, "3", 10)
    assert list(found.rows) == [20, 21, 22, 23, 24]
    assert (found.previous, found.following) == (2, None)
