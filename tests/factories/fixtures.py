"""Fixtures that tests of domain, kernel and flows share; their conftest files import them."""

from collections.abc import Iterator

import pytest
from tests.factories.cities import EXAMPLE, HEFEI, living_in
from tests.factories.town import Town, town_open

from tanpuhui.packs import Pack

__all__ = ["example_city", "hefei_city", "hefei_town", "town"]


@pytest.fixture
def example_city() -> Iterator[Pack]:
    """The platform serves the fictional city."""
    with living_in(EXAMPLE) as pack:
        yield pack


@pytest.fixture
def hefei_city() -> Iterator[Pack]:
    """The platform serves Hefei."""
    with living_in(HEFEI) as pack:
        yield pack


@pytest.fixture
def town(db: None, example_city: Pack, fixed_clock: object) -> Town:
    """Three people and a provider of the fictional city; Tuesday 2026-03-10, noon; rolled back."""
    return town_open()


@pytest.fixture
def hefei_town(db: None, hefei_city: Pack, fixed_clock: object) -> Town:
    """Three people and a provider in Hefei; Tuesday 2026-03-10, noon; rolled back."""
    return town_open()
