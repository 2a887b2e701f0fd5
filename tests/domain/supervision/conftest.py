"""Two operators and an authority above the small town of Hefei's rules."""

import pytest
from tests.factories import town as towns

from tanpuhui.kernel import actors


@pytest.fixture
def town(db, fixed_clock):
    """Three people and a provider; Tuesday 2026-03-10, noon."""
    return towns.town_open()


def staff(user_id, role="operator"):
    return actors.staff(9, role, user_id)


ANN, BOB = staff(1), staff(2)
CHIEF, DEPUTY = staff(3, "authority"), staff(4, "authority")
SUPERVISOR = staff(5, "supervisor")
