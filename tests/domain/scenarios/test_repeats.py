"""The same act twice: the first answer again, a conflict, exactly once at once."""

from tests.conftest import FixedClock
from tests.factories.database import counts, rows, value
from tests.factories.parallel import at_once
from tests.factories.town import SYSTEM, Town, codes, provider_open, record, statuses, town_open

from tanpuhui.domain.ledger import selectors as book
from tanpuhui.domain.parties import services as parties

BATCH = [
    record("a1"),
    record("a2", occurred_at="2026-03-10T09:00:00+08:00", distance=3.0),
    record("a3", subject="u1", duration=1200),
    record("a4", subject="nobody"),
    record("a5", distance=-1),
    record("a6", subject="u1", occurred_at="2026-03-10T08:05:00+08:00"),
]
CODES = ["counted", "counted", "counted", "subject.unknown", "record.out_of_bounds", "overlap.time"]


def test_the_same_batch_again_gives_the_same_answers_and_keeps_nothing_new(town: Town) -> None:
    first = town.send(*BATCH, batch_no="b1")
    before = counts()
    again = town.send(*BATCH, batch_no="b1")
    assert codes(first) == codes(again) == CODES
    assert again.receipts.drop("status").equals(first.receipts.drop("status"))
    assert statuses(again) == ["duplicate"] * 3 + ["refused"] * 2 + ["duplicate"]
    assert again.counts == {"subject.unknown": 1, "record.out_of_bounds": 1, "repeated": 4}
    assert (again.reduction_mg, again.points) == (0, 0)
    found = {
        name: number - before[name] for name, number in counts().items() if number != before[name]
    }
    assert found == {"scenarios_batch": 1, "scenarios_refusal": 2}
    assert town.balance() == (340_000, 6)


def test_in_another_batch_and_order_it_is_still_the_same(town: Town) -> None:
    town.send(*BATCH)
    again = town.send(*reversed(BATCH), batch_no="other")
    assert codes(again) == CODES[::-1]
    assert value("select count(*) from scenarios_act") == 4


def test_a_field_left_out_is_not_a_field_sent(town: Town) -> None:
    town.send(record("a1"))
    assert codes(town.send(record("a1", duration=None))) == ["counted"]
    assert codes(town.send(record("a1", duration=600))) == ["record.conflict"]


def test_what_the_door_rounds_away_is_no_difference(town: Town) -> None:
    town.send(record("a1", distance=5.5))
    assert statuses(town.send(record("a1", distance=5.5004))) == ["duplicate"]
    assert statuses(town.send(record("a1", distance=5.5005))) == ["refused"]


def test_the_same_instant_in_another_offset_is_no_difference(town: Town) -> None:
    town.send(record("a1"))
    assert statuses(town.send(record("a1", occurred_at="2026-03-10T00:00:00Z"))) == ["duplicate"]


def test_a_conflict_leaves_the_original_untouched(town: Town) -> None:
    town.send(record("a1"))
    stored, entries = rows("select * from scenarios_act"), rows("select * from ledger_entry")
    result = town.send(record("a1", distance=6.0))
    assert (codes(result), statuses(result)) == (["record.conflict"], ["refused"])
    assert rows("select * from scenarios_act") == stored
    assert rows("select * from ledger_entry") == entries
    assert codes(town.send(record("a1"))) == ["counted"]


def test_twice_in_one_batch(town: Town) -> None:
    other = {"occurred_at": "2026-03-10T09:00:00+08:00"}
    result = town.send(
        record("a1"), record("a1"), record("a1", distance=9.0), record("b1", **other), record("a1")
    )
    assert statuses(result) == ["counted", "duplicate", "refused", "counted", "duplicate"]
    assert codes(result) == ["counted", "counted", "record.conflict", "counted", "counted"]
    assert result.counts == {"counted": 2, "record.conflict": 1, "repeated": 2}
    assert town.balance()[0] == 440_000


def test_a_refused_record_does_not_use_its_number_up(town: Town) -> None:
    result = town.send(record("a1", distance=-1), record("a1"), record("a1", distance=7.0))
    assert codes(result) == ["record.out_of_bounds", "counted", "record.conflict"]
    assert codes(town.send(record("b1", subject="nobody"))) == ["subject.unknown"]
    assert codes(town.send(record("b1", occurred_at="2026-03-10T09:00:00+08:00"))) == ["counted"]


def test_an_act_not_counted_keeps_its_answer(town: Town) -> None:
    town.send(record("a1", duration=600))
    first = town.send(record("a2", occurred_at="2026-03-10T08:05:00+08:00"))
    town.withdraw("a1")
    again = town.send(record("a2", occurred_at="2026-03-10T08:05:00+08:00"))
    assert codes(first) == codes(again) == ["overlap.time"]
    assert again.receipts["message"][0] == first.receipts["message"][0]


def test_numbers_belong_to_their_provider(
    db: None, example_city: object, fixed_clock: FixedClock
) -> None:
    town = town_open(providers=2)
    town.send(record("a1"))
    other = record("a1", occurred_at="2026-03-10T10:00:00+08:00")
    assert codes(town.send(other, provider=town.providers[1])) == ["counted"]
    assert codes(town.send(record("A1", occurred_at="2026-03-10T11:00:00+08:00"))) == ["counted"], (
        "case matters"
    )


def test_a_number_of_last_year_is_still_known(town: Town) -> None:
    old = record("a1", occurred_at="2025-12-05T08:00:00+08:00")
    town.send(old)
    assert statuses(town.send(old, record("a2"))) == ["duplicate", "counted"]
    assert codes(town.send(record("a1"))) == ["record.conflict"]


def test_known_numbers_among_many_new_ones(town: Town) -> None:
    """Many numbers are looked up month by month, and only between the least and greatest held."""
    for number, month in (("m05", "2025-11"), ("m12", "2025-12"), ("m14", "2025-12")):
        town.send(record(number, occurred_at=f"{month}-05T08:00:00+08:00"))
    many = [
        record(f"m{n:02}", occurred_at=f"2026-03-{1 + n // 3:02}T{8 + n % 3:02}:00:00+08:00")
        for n in range(25)
    ]
    known = {
        number
        for number, code in zip(
            (f"m{n:02}" for n in range(25)), codes(town.send(*many)), strict=True
        )
        if code == "record.conflict"
    }
    assert known == {"m05", "m12", "m14"}


def test_eight_deliveries_of_one_batch_at_once_count_once(
    committed: None, example_city: object, fixed_clock: FixedClock
) -> None:
    town = town_open(people=3)
    answers = at_once(8, lambda n: town.send(*BATCH, batch_no="b1"))
    assert {tuple(codes(answer)) for answer in answers} == {tuple(CODES)}
    assert sorted(answer.counts.get("counted", 0) for answer in answers) == [0] * 7 + [3]
    assert value("select count(*) from scenarios_act") == 4
    assert value("select count(*) from ledger_journal") == 1
    assert [town.balance(n) for n in range(2)] == [(340_000, 6), (220_000, 4)]
    assert book.proof().is_clean


def test_shuffled_parts_of_one_file_at_once_count_once(
    committed: None, example_city: object, fixed_clock: FixedClock
) -> None:
    town = town_open(people=3)
    many = [
        record(
            f"r{n}",
            subject=f"u{n % 3}",
            occurred_at=f"2026-03-{1 + n // 12:02d}T{6 + n % 12:02d}:00:00+08:00",
        )
        for n in range(60)
    ]

    def deliver(n: int) -> object:
        mine = many[n * 5 :] + many[: n * 5]
        for start in range(0, 60, 20):
            town.send(*mine[start : start + 20])
        return None

    at_once(6, deliver)
    assert rows("select count(*), count(distinct item_no) from scenarios_act") == [(60, 60)]
    assert [town.balance(n)[0] for n in range(3)] == [20 * 220_000] * 3
    assert book.proof().is_clean


def test_a_provider_of_another_scenario(town: Town) -> None:
    bus_only = provider_open(town.people, ["travel/bus"])
    result = town.send(record("a1"), record("b1", scenario="travel/bus"), provider=bus_only)
    assert codes(result) == ["consent.missing", "counted"], (
        "the people never consented to its metro"
    )
    parties.consents_grant_many(
        actor=SYSTEM,
        provider_id=bus_only,
        person_ids=town.people,
        scenario_nos=[1],
        text_version="t/1",
    )
    assert codes(town.send(record("a2"), provider=bus_only)) == ["scenario.not_permitted"]
    assert value("select count(*) from scenarios_act") == 1
