from tests.factories.fixtures import example_city, hefei_city, hefei_town, town

__all__ = ["example_city", "hefei_city", "hefei_town", "town"]
