"""The two ways to the door: the service itself, or a signed request like any provider's."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tanpuhui.config.simulation.deliveries import Delivery, Sender
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.scenarios import services as scenarios
from tanpuhui.httpapi.client import ProviderClient
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.errors import DomainError


@dataclass
class Tally:
    """What became of everything sent."""

    records: int = 0
    counted: int = 0
    reduction_mg: int = 0
    points: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


Send = Callable[[Delivery], None]


def to_service(actor: Actor, tally: Tally) -> Send:
    """Straight into the service, as an import does."""

    def send(delivery: Delivery) -> None:
        result = scenarios.acts_ingest(
            actor=actor,
            provider_id=delivery.sender.party_id,
            batch_no=delivery.batch_no,
            channel="simulator",
            records=delivery.records,
        )
        tally.records += delivery.records.height
        tally.counted += result.counts.get("counted", 0)
        tally.reduction_mg += result.reduction_mg
        tally.points += result.points
        tally.reasons.update(result.counts)

    return send


def to_http(address: str, actor: Actor, senders: list[Sender], tally: Tally) -> Send:
    """Signed batches over HTTP, with a fresh key for each provider.

    Raises:
        DomainError: the server refuses a whole batch.
    """
    clients = {}
    for sender in senders:
        key_id, secret = parties.provider_key_issue(actor=actor, provider_id=sender.party_id)
        clients[sender.party_id] = ProviderClient(address, key_id, secret)

    def send(delivery: Delivery) -> None:
        records = [message(row) for row in delivery.records.iter_rows(named=True)]
        answer = clients[delivery.sender.party_id].post_batch(
            delivery.batch_no, records, compress=True
        )
        if answer.status >= 300:  # noqa: PLR2004 - anything but success
            text = f"服务器拒收批次 {delivery.batch_no}：HTTP {answer.status} {answer.content}"
            raise DomainError(text)
        tally.records += len(records)
        for receipt in answer.content["receipts"]:
            status = receipt["status"]
            tally.reasons[receipt.get("code") or status] += 1
            if status == "counted":
                tally.counted += 1
                tally.reduction_mg += receipt.get("reduction_mg") or 0
                tally.points += receipt.get("points") or 0

    return send


def message(row: Mapping[str, Any]) -> dict[str, Any]:
    """One record as the HTTP API takes it."""
    quantities = {
        name[2:]: value
        for name, value in row.items()
        if name.startswith("q_") and value is not None
        if not (isinstance(value, float) and math.isnan(value))
    }
    return {
        "item_no": row["item_no"],
        "subject": row["subject"],
        "scenario": row["scenario"],
        "occurred_at": row["occurred_at"].isoformat(),
        "asset_key": row["asset_key"],
        "quantities": quantities,
    }
