import pytest
from tests.factories.town import people_open


@pytest.fixture
def account(db: None, example_city: object, fixed_clock: object) -> int:
    """An open, empty account."""
    return people_open(1)[0]


@pytest.fixture
def two(db: None, example_city: object, fixed_clock: object) -> list[int]:
    """Two open, empty accounts."""
    return people_open(2)
