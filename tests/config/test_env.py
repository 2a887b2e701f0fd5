import pytest

from tanpuhui.config import env


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("postgresql://anna:s%40fe@db.city:6000/book", "db.city 6000 anna s@fe book"),
        ("postgres://anna@db/book", "db 5432 anna  book"),
        ("postgresql://p@/book?host=%2Ftmp%2Fpg&port=5433", "/tmp/pg 5433 p  book"),
    ],
)
def test_database_url(url: str, parts: str) -> None:
    names = ("host", "port", "user", "password", "dbname")
    assert env.database_from_url(url) == dict(zip(names, parts.split(" "), strict=True))


def test_another_database_is_refused() -> None:
    with pytest.raises(ValueError, match="only postgresql"):
        env.database_from_url("mysql://localhost/book")


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("Yes", True), ("off", False), ("0", False)]
)
def test_flag(text: str, value: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANPUHUI_DEMO", text)
    assert env.flag("TANPUHUI_DEMO", default=not value) is value


def test_a_flag_that_is_neither_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANPUHUI_DEMO", "perhaps")
    with pytest.raises(ValueError, match="write 1 or 0"):
        env.flag("TANPUHUI_DEMO", default=False)
