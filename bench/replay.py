"""Proofs: the book against itself, journals against evidence, and every act computed once more."""

import time
from datetime import date, timedelta
from fractions import Fraction

from bench import past, stage
from bench.options import Part, Run

SAMPLE = 100_000


def replay(run: Run) -> Part:
    """`ledger verify` and the replay over a stored past; both must be clean."""
    from tanpuhui.domain.ledger import selectors as ledger
    from tanpuhui.domain.scenarios import selectors as scenarios
    from tanpuhui.domain.scenarios import services
    from tanpuhui.kernel.cityrules import pack

    part = Part("replay")
    stage.use(past.settle(pack(), run.sizes, run.stored, run.tell))
    run.tell("ledger verify")
    proof = ledger.proof()
    assert proof.is_clean, proof
    part.line(
        f"ledger verify: entries/s ({proof.entries:,})", f"{proof.entries / proof.seconds:,.0f}"
    )
    evidence = scenarios.evidence_proof()
    assert evidence.is_clean, evidence
    part.line(
        f"journals against evidence: acts/s ({evidence.acts:,})",
        f"{evidence.acts / evidence.seconds:,.0f}",
    )
    run.tell("replay")
    percent = min(Fraction(100), Fraction(100 * SAMPLE, max(run.stored, 1)))
    last = stage.last_day()
    begun = time.perf_counter()
    report = services.replay(first=date(2024, 8, 7), last=last + timedelta(days=1), percent=percent)
    seconds = time.perf_counter() - begun
    assert not report.differing, report.differing[:3]
    part.line(f"replay: acts/s ({report.checked:,})", f"{report.checked / seconds:,.0f}")
    part.facts = {
        "entries": proof.entries,
        "proof_seconds": proof.seconds,
        "acts": evidence.acts,
        "evidence_seconds": evidence.seconds,
        "replayed": report.checked,
        "replay_seconds": seconds,
    }
    return part
