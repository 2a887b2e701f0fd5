"""Tickets: own ones only, answered in measured time, appeals of one's own acts, all stars welcome."""

import pytest
from tests.domain.supervision.conftest import ANN, BOB, SUPERVISOR
from tests.factories import database
from tests.factories.town import record

from tanpuhui.domain.supervision import errors, selectors, services
from tanpuhui.domain.supervision.services import hands
from tanpuhui.kernel import actors
from tanpuhui.kernel.errors import NotPermitted


def ask(town, kind="help", person=0, **more):
    person_id = town.people[person]
    return services.ticket_open(
        actor=actors.person(person_id),
        kind=kind,
        title="积分没有到账",
        body="昨天坐地铁的积分没有看到，电话 13900000000",
        person_id=person_id,
        **more,
    )


def as_person(town, number=0):
    return actors.person(town.people[number])


def test_asked_answered_asked_again_closed_rated(town, fixed_clock):
    ticket = ask(town)
    fixed_clock.set("2026-03-10T15:00+08:00")
    services.ticket_answer(actor=ANN, public_id=ticket.public_id, body="已经补记，请查看。")
    services.ticket_reply(actor=as_person(town), public_id=ticket.public_id, body="还差一次")
    assert selectors.ticket(ticket.public_id).state == "open"
    services.ticket_note(actor=ANN, public_id=ticket.public_id, body="企业尚未上传")
    services.ticket_answer(actor=ANN, public_id=ticket.public_id, body="企业明日上传。")
    services.ticket_close(actor=ANN, public_id=ticket.public_id)
    services.ticket_rate(actor=as_person(town), public_id=ticket.public_id, stars=1, note="慢")
    seen = selectors.ticket(ticket.public_id, person_id=town.people[0])
    assert [one.author for one in seen.messages] == ["asker", "staff", "asker", "staff"]
    assert len(selectors.ticket(ticket.public_id, with_notes=True).messages) == 5
    assert (seen.state, seen.rating) == ("closed", 1)
    figures = selectors.ticket_figures()
    assert (figures.opened, figures.answered, figures.in_time) == (1, 1, 1)
    assert figures.median_s == 3 * 3600
    assert figures.ratings == {1: 1}


def test_what_people_write_is_sealed(town):
    ask(town)
    assert database.tables_holding("13900000000") == []


def test_nobody_sees_or_answers_another_persons_ticket(town):
    ticket = ask(town)
    with pytest.raises(errors.UnknownTicket):
        selectors.ticket(ticket.public_id, person_id=town.people[1])
    for act in (
        lambda: services.ticket_reply(
            actor=as_person(town, 1), public_id=ticket.public_id, body="也有问题"
        ),
        lambda: services.ticket_rate(actor=as_person(town, 1), public_id=ticket.public_id, stars=5),
    ):
        with pytest.raises(errors.UnknownTicket):
            act()
    for actor in (as_person(town), SUPERVISOR):
        with pytest.raises(NotPermitted):
            services.ticket_answer(actor=actor, public_id=ticket.public_id, body="回答")
    with pytest.raises(NotPermitted):
        services.ticket_open(
            actor=as_person(town, 1), kind="help", title="t", body="b", person_id=town.people[0]
        )


def test_an_appeal_is_about_ones_own_act(town):
    town.send(record("a"), record("b", subject="u1"))
    with pytest.raises(errors.PayloadRefused):
        ask(town, "appeal")
    with pytest.raises(errors.PayloadRefused):
        ask(town, "appeal", provider_id=town.provider, item_no="b")
    ticket = ask(town, "appeal", provider_id=town.provider, item_no="a")
    with pytest.raises(errors.StepRefused):
        services.ticket_close(actor=ANN, public_id=ticket.public_id)
    upheld = services.appeal_decide(
        actor=ANN, public_id=ticket.public_id, upheld=True, answer="经核实，里程有误。"
    )
    assert (upheld.state, upheld.outcome) == ("answered", "upheld")
    change = services.change_propose(
        actor=ANN,
        kind="acts_correct",
        payload={"provider_id": town.provider, "item_no": "a", "quantities": {"distance": "7"}},
        reason="申诉成立",
        ticket=ticket.public_id,
    )
    assert [c.public_id for c in selectors.changes_about(ticket=ticket.public_id)] == [
        change.public_id
    ]
    with pytest.raises(errors.StepRefused):
        services.appeal_decide(
            actor=ANN, public_id=ticket.public_id, upheld=False, answer="再想一想"
        )
    other = ask(town, "appeal", provider_id=town.provider, item_no="a")
    refused = services.appeal_decide(
        actor=ANN, public_id=other.public_id, upheld=False, answer="时间重叠，维持。"
    )
    assert refused.state == "closed"


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_stars_are_one_to_five_once_and_after_an_answer(town, stars):
    ticket = ask(town)
    me = as_person(town)
    with pytest.raises(errors.RatingRefused):
        services.ticket_rate(actor=me, public_id=ticket.public_id, stars=3)
    services.ticket_answer(actor=ANN, public_id=ticket.public_id, body="好的")
    with pytest.raises(errors.RatingRefused):
        services.ticket_rate(actor=me, public_id=ticket.public_id, stars=stars)
    services.ticket_rate(actor=me, public_id=ticket.public_id, stars=5)
    with pytest.raises(errors.RatingRefused):
        services.ticket_rate(actor=me, public_id=ticket.public_id, stars=4)


def test_lists_know_what_is_late(town, fixed_clock):
    late, _ = ask(town), ask(town, "complaint")
    fixed_clock.set("2026-03-11T13:00+08:00")
    assert [one.public_id for one in selectors.tickets(late_only=True)] == [late.public_id]
    assert selectors.ticket_counts() == {"open": 2, "late": 1}
    assert len(selectors.tickets(kind="complaint", order="-opened")) == 1
    assert selectors.tickets(text="查无此单") == []


def test_empty_words_are_refused(town):
    ticket = ask(town)
    for text in ("", "   ", "x" * 2001):
        with pytest.raises(errors.ReasonMissing):
            services.ticket_answer(actor=ANN, public_id=ticket.public_id, body=text)


def test_from_hand_to_hand(town, fixed_clock, monkeypatch):
    known = {"ann": ANN.label, "bob": BOB.label}
    monkeypatch.setattr(hands, "colleagues", lambda: known)
    ticket = ask(town)
    key = ticket.public_id
    assert selectors.ticket(key).handler == ""
    services.ticket_take(actor=ANN, public_id=key)
    with pytest.raises(errors.StepRefused):
        services.ticket_take(actor=ANN, public_id=key)
    with pytest.raises(errors.PayloadRefused):
        services.ticket_hand_over(actor=ANN, public_id=key, username="eve", reason="她更熟悉")
    with pytest.raises(errors.ReasonMissing):
        services.ticket_hand_over(actor=ANN, public_id=key, username="bob", reason="")
    with pytest.raises(NotPermitted):
        services.ticket_take(actor=SUPERVISOR, public_id=key)
    services.ticket_hand_over(actor=ANN, public_id=key, username="bob", reason="他管这家企业")
    found = selectors.ticket(key, with_notes=True)
    assert found.handler == BOB.label
    assert [(one.by, one.to, one.is_own) for one in found.handovers] == [
        (ANN.label, ANN.label, True),
        (ANN.label, BOB.label, False),
    ]
    assert selectors.ticket(key, person_id=town.people[0]).handovers == ()
    assert [one.public_id for one in selectors.tickets(handler=BOB.label)] == [key]
    assert selectors.tickets(handler="") == []
    services.ticket_close(actor=BOB, public_id=key)
    with pytest.raises(errors.StepRefused):
        services.ticket_take(actor=ANN, public_id=key)


def test_whoever_answers_first_has_it(town):
    ticket = ask(town)
    services.ticket_answer(actor=BOB, public_id=ticket.public_id, body="已经补记，请查看。")
    services.ticket_answer(actor=ANN, public_id=ticket.public_id, body="再补充一句。")
    found = selectors.ticket(ticket.public_id, with_notes=True)
    assert found.handler == BOB.label
    assert len(found.handovers) == 1


def test_with_the_account_the_words_go_and_the_figures_stay(town, fixed_clock):
    mine, others = ask(town), ask(town, person=1)
    services.ticket_answer(actor=ANN, public_id=mine.public_id, body="已经补记。")
    services.ticket_rate(actor=as_person(town), public_id=mine.public_id, stars=4, note="谢谢")
    with pytest.raises(NotPermitted):
        services.tickets_forget(actor=as_person(town, 1), person_id=town.people[0])
    assert services.tickets_forget(actor=as_person(town), person_id=town.people[0]) == 1
    seen = selectors.ticket(mine.public_id, with_notes=True)
    assert (seen.state, seen.rating) == ("closed", 4)
    assert not any("积分" in one.body for one in seen.messages)
    assert "积分" in selectors.ticket(others.public_id).messages[0].body
