"""Filing what is in force, so that every act can be replayed from the database alone."""

from typing import TYPE_CHECKING, Any

from django.db import transaction

from tanpuhui.domain.methodology import errors, selectors
from tanpuhui.domain.methodology.models import Filing
from tanpuhui.engine.canonical import digest, plain
from tanpuhui.engine.documents import to_document
from tanpuhui.kernel import audit, clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.permissions import permit
from tanpuhui.packs import Pack

if TYPE_CHECKING:
    from tanpuhui.engine.methodologies import Methodology

ENGINE = "1"


def pack_load(*, actor: Actor, pack: Pack) -> dict[str, int]:
    """File every (scenario, methodology version) of a pack as it stands; known ones stay.

    Returns:
        `filed` new rows, `known` unchanged ones.
    """
    permit(actor, "methodology.load")
    counts = {"filed": 0, "known": 0}
    with transaction.atomic():
        for scenario, methodology, document in documents(pack):
            _, made = Filing.objects.get_or_create(
                scenario=scenario,
                methodology=methodology,
                digest=digest(document),
                defaults={"engine": ENGINE, "document": plain(document), "filed_at": clock.now()},
            )
            counts["filed" if made else "known"] += 1
        audit.record(actor, "methodology:pack:load", f"pack:{pack.id}", after=counts)
    selectors.forget()
    return counts


def documents(pack: Pack) -> list[tuple[str, str, dict[str, Any]]]:
    """(scenario id, methodology key or "", document) of everything that can quantify an act."""
    found = []
    for scenario in pack.scenarios.values():
        versions: list[Methodology | None] = [
            version for version in pack.methodologies.values() if version.scenario == scenario.id
        ]
        for version in versions or [None]:
            inputs = list(version.inputs) if version is not None else []
            inputs += [name for name in scenario.fields if name not in inputs]
            document = {
                "inputs": inputs,
                "methodology": to_document(version) if version is not None else None,
                "scenario": {"id": scenario.id, "no": scenario.no, "title": scenario.title},
            }
            found.append((scenario.id, version.key if version is not None else "", document))
    return found


def filings_in_force(pack: Pack) -> dict[tuple[str, str], int]:
    """(scenario id, methodology key or "") → id of the filing with exactly this pack's content.

    Raises:
        NotFiled: the pack was changed or never loaded.
    """
    known = selectors.filing_ids()
    found = {}
    for scenario, methodology, document in documents(pack):
        number = known.get((scenario, methodology, digest(document)))
        if number is None:
            message = "城市规则包尚未载入本数据库或已改动。请先运行 tanpuhui pack load。"
            raise errors.NotFiled(message, scenario=scenario)
        found[scenario, methodology] = number
    return found
