"""The same service with Django's bulk tools: a thousand records a transaction, few queries each."""

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

from django.db import transaction

from bench.peers.models import PeerAct, PeerEntry
from bench.peers.rules import Assessed, Refused, Rules, capped, window
from tanpuhui.domain.ledger.models import Account
from tanpuhui.domain.parties.models import SubjectLink

BATCH = 1000
Answer = tuple[str, int, int]


class Book:
    """What is stored already about the accounts of a batch, and what the batch adds."""

    def __init__(self, rules: Rules, accounts: set[int], assessed: list[Assessed]) -> None:
        self.rules = rules
        self.acts: dict[int, list[PeerAct]] = defaultdict(list)
        self.claimed: set[tuple[str | None, int]] = set()
        if not assessed:
            return
        days = [one.occurred_on for one in assessed]
        first = min(window("month", min(days))[0], min(days) - timedelta(days=1))
        if any(cap.per == "year" for one in assessed for cap in one.scenario.caps):
            first = window("year", min(days))[0]
        stored = PeerAct.objects.filter(
            account_id__in=accounts,
            reason="counted",
            occurred_on__gte=first,
            occurred_on__lt=window("month", max(days))[1] + timedelta(days=1),
        )
        for act in stored:
            self.acts[act.account_id].append(act)

    def meets(self, account_id: int, assessed: Assessed) -> bool:
        """Whether a counted trip of this person touches the interval."""
        return any(
            act.scenario_no in self.rules.trip_nos
            and act.occurred_at < assessed.ended_at
            and act.ended_at > assessed.occurred_at
            for act in self.acts[account_id]
        )

    def used(self, account_id: int, assessed: Assessed) -> Counter[tuple[str, str]]:
        """Counted acts and milligrams of the scenario in each period."""
        found: Counter[tuple[str, str]] = Counter()
        for per in {cap.per for cap in assessed.scenario.caps}:
            first, after = window(per, assessed.occurred_on)
            for act in self.acts[account_id]:
                if act.scenario_no == assessed.scenario.no and first <= act.occurred_on < after:
                    found[per, "acts"] += 1
                    found[per, "mass_g"] += act.reduction_mg
        return found


def ingest(rules: Rules, provider_id: int, records: list[dict[str, Any]]) -> list[Answer]:
    """Take up to a thousand records in one transaction; one answer each."""
    with transaction.atomic():
        return _ingest(rules, provider_id, records)


def _ingest(rules: Rules, provider_id: int, records: list[dict[str, Any]]) -> list[Answer]:
    wanted = {r["subject"] for r in records if r["subject"]}
    links = {
        link.subject: link
        for link in SubjectLink.objects.filter(provider_id=provider_id, subject__in=wanted)
    }
    known = set(
        PeerAct.objects.filter(
            provider_id=provider_id, item_no__in=[r["item_no"] for r in records]
        ).values_list("item_no", flat=True)
    )
    assessed = [_assessed(rules, links, record) for record in records]
    fit = [one for one in assessed if not isinstance(one, str)]
    accounts = {
        links[r["subject"]].person_id
        for r, one in zip(records, assessed, strict=True)
        if not isinstance(one, str)
    }
    held = {
        a.pk: a for a in Account.objects.select_for_update().filter(pk__in=accounts).order_by("pk")
    }
    book = Book(rules, accounts, fit)
    book.claimed.update(
        PeerAct.objects.filter(
            asset_key__in=[r["asset_key"] for r in records if r["asset_key"]], reason="counted"
        ).values_list("asset_key", "scenario_no")
    )
    answers: list[Answer] = []
    acts: list[PeerAct] = []
    for record, one in zip(records, assessed, strict=True):
        if isinstance(one, str):
            answers.append((one, 0, 0))
            continue
        if record["item_no"] in known:
            answers.append(("repeated", 0, 0))
            continue
        known.add(record["item_no"])
        account_id = links[record["subject"]].person_id
        answer = _counted(rules, book, account_id, record, one)
        answers.append(answer)
        acts.append(_act(provider_id, account_id, record, one, answer))
        if answer[0] == "counted":
            book.acts[account_id].append(acts[-1])
            book.claimed.add((record["asset_key"], one.scenario.no))
    _write(acts, held)
    return answers


def _assessed(
    rules: Rules, links: dict[str, SubjectLink], record: dict[str, Any]
) -> Assessed | str:
    if not record["subject"]:
        return "subject.missing"
    link = links.get(record["subject"])
    if link is None:
        return "subject.unknown"
    try:
        one = rules.assess(record)
    except Refused as refusal:
        return str(refusal.args[0])
    return one if link.scenario_mask >> one.scenario.no & 1 else "consent.missing"


def _counted(
    rules: Rules, book: Book, account_id: int, record: dict[str, Any], one: Assessed
) -> Answer:
    key = record["asset_key"]
    if key and any((key, no) in book.claimed for no in rules.keyed.get(one.scenario.id, ())):
        return "overlap.key", 0, 0
    if one.scenario.id in rules.trips and book.meets(account_id, one):
        return "overlap.time", 0, 0
    return capped(one, book.used(account_id, one), rules)


def _act(
    provider_id: int, account_id: int, record: dict[str, Any], one: Assessed, answer: Answer
) -> PeerAct:
    reason, mg, points = answer
    return PeerAct(
        provider_id=provider_id,
        item_no=record["item_no"],
        account_id=account_id,
        occurred_on=one.occurred_on,
        occurred_at=one.occurred_at,
        ended_at=one.ended_at,
        scenario_no=one.scenario.no,
        inputs=one.quantities,
        asset_key=record["asset_key"],
        quantified_mg=one.mg,
        reduction_mg=mg,
        points=points,
        reason=reason,
    )


def _write(acts: list[PeerAct], held: dict[int, Account]) -> None:
    PeerAct.objects.bulk_create(acts, batch_size=BATCH)
    entries, touched = [], {}
    for act in acts:
        if act.reason != "counted":
            continue
        entries += [
            PeerEntry(
                act=act,
                account_id=account_id,
                reduction_mg=sign * act.reduction_mg,
                points=sign * act.points,
            )
            for account_id, sign in ((act.account_id, 1), (-act.scenario_no, -1))
        ]
        account = touched[act.account_id] = held[act.account_id]
        account.reduction_mg += act.reduction_mg
        account.points += act.points
    PeerEntry.objects.bulk_create(entries, batch_size=2 * BATCH)
    Account.objects.bulk_update(touched.values(), ["reduction_mg", "points"], batch_size=BATCH)
