"""Announcements: written, published, shown to their audience until their day, withdrawn."""

from datetime import date

import pytest
from tests.domain.supervision.conftest import ANN, SUPERVISOR

from tanpuhui.domain.supervision import errors, selectors, services
from tanpuhui.kernel.errors import NotPermitted


def write(**more):
    given = {"title": "系统维护", "body": "周日凌晨维护两小时。", "audience": "citizen"}
    return services.announcement_write(actor=ANN, **(given | more))


def test_from_draft_to_withdrawn(town, fixed_clock):
    draft = write(until=date(2026, 3, 12))
    assert selectors.announcements_shown("citizen") == []
    changed = write(public_id=draft.public_id, title="计划维护")
    assert changed.public_id == draft.public_id
    write(public_id=draft.public_id, title="计划维护", until=date(2026, 3, 12))
    services.announcement_publish(actor=ANN, public_id=draft.public_id)
    assert [one.title for one in selectors.announcements_shown("citizen")] == ["计划维护"]
    assert selectors.announcements_shown("provider") == []
    with pytest.raises(errors.StepRefused):
        write(public_id=draft.public_id)
    fixed_clock.set("2026-03-13T08:00+08:00")
    assert selectors.announcements_shown("citizen") == []
    services.announcement_withdraw(actor=ANN, public_id=draft.public_id)
    with pytest.raises(errors.StepRefused):
        services.announcement_withdraw(actor=ANN, public_id=draft.public_id)
    assert selectors.announcement_counts() == {"withdrawn": 1}


def test_what_is_refused(town):
    for more in ({"title": " "}, {"body": ""}):
        with pytest.raises(errors.ReasonMissing):
            write(**more)
    with pytest.raises(errors.PayloadRefused):
        write(audience="everyone")
    with pytest.raises(errors.UnknownAnnouncement):
        services.announcement_publish(actor=ANN, public_id="n0")
    with pytest.raises(NotPermitted):
        services.announcement_write(actor=SUPERVISOR, title="t", body="b", audience="all")
