"""Bringing the sums on, making them anew, proving them against the book."""

from tanpuhui.domain.insight.services.proof import proof_keep, sums_prove
from tanpuhui.domain.insight.services.rollup import rollup_advance, rollup_rebuild

__all__ = ["proof_keep", "rollup_advance", "rollup_rebuild", "sums_prove"]
