"""Reads of scenarios: a citizen's acts, one act explained, a provider's batches and refusals."""

from tanpuhui.domain.scenarios.selectors.acts import (
    COUNTED,
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
from tanpuhui.domain.scenarios.selectors.explanation import act_explained, act_explained_by_item
from tanpuhui.domain.scenarios.selectors.intake import (
    ImportView,
    IntakeDay,
    import_counts,
    import_states,
    imports,
    intake_days,
    intake_delays,
    intake_reasons,
)
from tanpuhui.domain.scenarios.selectors.oddities import (
    giving_days,
    people_of_many_providers,
    refusal_days,
    same_inputs,
)
from tanpuhui.domain.scenarios.selectors.own_acts import (
    act_key,
    act_of_item,
    acts_copied,
    senders_of,
)
from tanpuhui.domain.scenarios.selectors.proofs import evidence_proof
from tanpuhui.domain.scenarios.selectors.provider_acts import (
    acts_to_correct,
    provider_act,
    provider_acts,
    provider_sums,
)
from tanpuhui.domain.scenarios.selectors.rules import (
    caps_on,
    day_number,
    overrides_now,
    overrides_of,
    stops_of,
)
from tanpuhui.domain.scenarios.selectors.standing import act_number, act_standing

__all__ = [
    "COUNTED",
    "ImportView",
    "IntakeDay",
    "act_explained",
    "act_explained_by_item",
    "act_key",
    "act_number",
    "act_of_item",
    "act_standing",
    "acts_copied",
    "acts_in_month",
    "acts_of_journals",
    "acts_recent",
    "acts_to_correct",
    "batch",
    "batch_totals",
    "batches",
    "batches_by_no",
    "caps_on",
    "consents_of",
    "day_number",
    "day_totals",
    "evidence_proof",
    "giving_days",
    "import_counts",
    "import_states",
    "imports",
    "intake_days",
    "intake_delays",
    "intake_reasons",
    "journal_provider",
    "overrides_now",
    "overrides_of",
    "people_of_many_providers",
    "provider_act",
    "provider_acts",
    "provider_sums",
    "receipt_no",
    "refusal_counts",
    "refusal_days",
    "refusals",
    "refusals_all",
    "same_inputs",
    "senders_of",
    "stops_of",
]
