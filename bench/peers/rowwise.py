"""A straightforward Django service: a record, a transaction, a row, two ledger rows, a balance."""

from collections import Counter
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Sum

from bench.peers.models import PeerAct, PeerEntry
from bench.peers.rules import Assessed, Refused, Rules, capped, window
from tanpuhui.domain.ledger.models import Account
from tanpuhui.domain.parties.models import SubjectLink


def ingest(rules: Rules, provider_id: int, record: dict[str, Any]) -> tuple[str, int, int]:
    """Take one record; (code, mg, points)."""
    try:
        with transaction.atomic():
            return _ingest(rules, provider_id, record)
    except Refused as refusal:
        return str(refusal.args[0]), 0, 0


def _ingest(rules: Rules, provider_id: int, record: dict[str, Any]) -> tuple[str, int, int]:
    if not record["subject"]:
        raise Refused("subject.missing")
    link = SubjectLink.objects.filter(provider_id=provider_id, subject=record["subject"]).first()
    if link is None:
        raise Refused("subject.unknown")
    assessed = rules.assess(record)
    if not link.scenario_mask >> assessed.scenario.no & 1:
        raise Refused("consent.missing")
    if PeerAct.objects.filter(provider_id=provider_id, item_no=record["item_no"]).exists():
        return "repeated", 0, 0
    Account.objects.select_for_update().get(pk=link.person_id)
    reason, mg, points = _counted(rules, link.person_id, record, assessed)
    act = PeerAct.objects.create(
        provider_id=provider_id,
        item_no=record["item_no"],
        account_id=link.person_id,
        occurred_on=assessed.occurred_on,
        occurred_at=assessed.occurred_at,
        ended_at=assessed.ended_at,
        scenario_no=assessed.scenario.no,
        inputs=assessed.quantities,
        asset_key=record["asset_key"],
        quantified_mg=assessed.mg,
        reduction_mg=mg,
        points=points,
        reason=reason,
    )
    if mg or points:
        PeerEntry.objects.create(act=act, account_id=link.person_id, reduction_mg=mg, points=points)
        PeerEntry.objects.create(
            act=act, account_id=-assessed.scenario.no, reduction_mg=-mg, points=-points
        )
        Account.objects.filter(pk=link.person_id).update(
            reduction_mg=F("reduction_mg") + mg, points=F("points") + points
        )
    return reason, mg, points


def _counted(
    rules: Rules, account_id: int, record: dict[str, Any], assessed: Assessed
) -> tuple[str, int, int]:
    scenario = assessed.scenario
    counted = PeerAct.objects.filter(reason="counted")
    if scenario.id in rules.keyed and record["asset_key"]:
        claimed = counted.filter(
            asset_key=record["asset_key"], scenario_no__in=rules.keyed[scenario.id]
        )
        if claimed.exists():
            return "overlap.key", 0, 0
    if scenario.id in rules.trips:
        meeting = counted.filter(
            account_id=account_id,
            scenario_no__in=rules.trip_nos,
            occurred_at__lt=assessed.ended_at,
            ended_at__gt=assessed.occurred_at,
        )
        if meeting.exists():
            return "overlap.time", 0, 0
    used: Counter[tuple[str, str]] = Counter()
    for per in {cap.per for cap in scenario.caps}:
        first, after = window(per, assessed.occurred_on)
        found = counted.filter(
            account_id=account_id,
            scenario_no=scenario.no,
            occurred_on__gte=first,
            occurred_on__lt=after,
        ).aggregate(acts=Count("pk"), mg=Sum("reduction_mg"))
        used[per, "acts"], used[per, "mass_g"] = found["acts"], found["mg"] or 0
    return capped(assessed, used, rules)
