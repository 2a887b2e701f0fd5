"""The doors of the scenarios context."""

from tanpuhui.domain.scenarios.services.corrections import acts_correct, acts_withdraw
from tanpuhui.domain.scenarios.services.forgetting import refusals_expire, refusals_forget
from tanpuhui.domain.scenarios.services.ingestion import acts_ingest
from tanpuhui.domain.scenarios.services.recomputation import recompute
from tanpuhui.domain.scenarios.services.replay import replay
from tanpuhui.domain.scenarios.services.rules import cap_check, pause_check, rule_override

__all__ = [
    "acts_correct",
    "acts_ingest",
    "acts_withdraw",
    "cap_check",
    "pause_check",
    "recompute",
    "refusals_expire",
    "refusals_forget",
    "replay",
    "rule_override",
]
