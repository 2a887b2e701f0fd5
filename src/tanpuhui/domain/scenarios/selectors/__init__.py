"""Reads of scenarios: a citizen's acts, one act explained, a provider's batches and refusals."""

from tanpuhui.domain.scenarios.selectors.acts import (
    acts_in_month,
    acts_recent,
    consents_of,
    receipt_no,
)
from tanpuhui.domain.scenarios.selectors.batches import (
    batch,
    batch_totals,
    batches,
    batches_by_no,
    day_totals,
    refusal_counts,
    refusals,
    refusals_all,
)
from tanpuhui.domain.scenarios.selectors.changes import acts_of_journals, journal_provider
from tanpuhui.domain.scenarios.selectors.explanation import act_explained
from tanpuhui.domain.scenarios.selectors.proofs import evidence_proof
from tanpuhui.domain.scenarios.selectors.provider_acts import (
    provider_act,
    provider_acts,
    provider_sums,
)
from tanpuhui.domain.scenarios.selectors.rules import (
    caps_on,
    overrides_now,
    overrides_of,
    stops_of,
)

__all__ = [
    "act_explained",
    "acts_in_month",
    "acts_of_journals",
    "acts_recent",
    "batch",
    "batch_totals",
    "batches",
    "batches_by_no",
    "caps_on",
    "consents_of",
    "day_totals",
    "evidence_proof",
    "journal_provider",
    "overrides_now",
    "overrides_of",
    "provider_act",
    "provider_acts",
    "provider_sums",
    "receipt_no",
    "refusal_counts",
    "refusals",
    "refusals_all",
    "stops_of",
]
