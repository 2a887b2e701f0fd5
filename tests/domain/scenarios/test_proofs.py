"""The proof finds what does not stand on evidence: acts, journals and balances each tampered with."""

import pytest
from tests.domain.ledger import book as posting
from tests.factories.database import tamper, value
from tests.factories.town import Town, record

from tanpuhui.domain.ledger import selectors as book
from tanpuhui.domain.scenarios import selectors


@pytest.fixture
def lived(town: Town) -> Town:
    town.send(
        record("a1"),
        record("a2", subject="u1"),
        record("a3", occurred_at="2026-02-01T08:00:00+08:00"),
    )
    town.correct(record("a2", subject="u1", distance=9.0))
    town.withdraw("a3")
    proof = selectors.evidence_proof()
    assert (proof.is_clean, proof.acts, proof.journals_off, proof.accounts_off) == (True, 5, [], [])
    return town


def journal(kind: str) -> int:
    return value("select max(id) from ledger_journal where kind = %s", kind)


@pytest.mark.parametrize(
    "change",
    [
        "reduction_mg = reduction_mg - 1",
        "points = points + 1",
        "reason_no = 70",
        "scenario_no = 2",
        "account_id = account_id + 1",
    ],
)
def test_an_edited_act(lived: Town, change: str) -> None:
    tamper(f"update scenarios_act set {change} where item_no = 'a1'")
    proof = selectors.evidence_proof()
    assert proof.journals_off == [journal("acts")]
    assert lived.people[0] in proof.accounts_off
    assert book.proof().is_clean, "the book alone does not see it"


def test_a_removed_act(lived: Town) -> None:
    tamper("delete from scenarios_act where item_no = 'a1'")
    proof = selectors.evidence_proof()
    assert (proof.journals_off, proof.accounts_off) == ([journal("acts")], [lived.people[0]])


def test_an_act_without_a_line(lived: Town) -> None:
    tamper(
        "insert into scenarios_act select provider_id, 'forged', 0, account_id, occurred_on + 1, occurred_at,"
        " ended_at, scenario_no, filing_id, inputs, asset_key, quantified_mg, reduction_mg, points,"
        " reason_no, note, journal_id from scenarios_act where item_no = 'a1'"
    )
    assert selectors.evidence_proof().journals_off == [journal("acts")]


def test_a_journal_that_says_it_comes_from_acts(lived: Town) -> None:
    forged = posting.give(lived.people[2], mg=5, points=1)
    proof = selectors.evidence_proof()
    assert (proof.journals_off, proof.accounts_off) == ([forged], [lived.people[2]])


def test_a_withdrawal_that_was_not_reversed(lived: Town) -> None:
    tamper("delete from scenarios_act where item_no = 'a3' and revision = 1")
    proof = selectors.evidence_proof()
    assert (proof.journals_off, proof.accounts_off) == ([], [lived.people[0]])


def test_a_reversal_of_nothing(lived: Town) -> None:
    posting.take(lived.people[1], mg=100, points=1)
    assert selectors.evidence_proof().accounts_off == [lived.people[1]]


def test_spending_is_no_matter_of_evidence(lived: Town) -> None:
    posting.spend(lived.people[0], 2, "s")
    assert selectors.evidence_proof().is_clean
