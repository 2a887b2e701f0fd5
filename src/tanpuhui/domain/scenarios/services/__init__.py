"""The doors of the scenarios context."""

from tanpuhui.domain.scenarios.services.corrections import acts_correct, acts_withdraw
from tanpuhui.domain.scenarios.services.ingestion import acts_ingest
from tanpuhui.domain.scenarios.services.recomputation import recompute
from tanpuhui.domain.scenarios.services.replay import replay

__all__ = ["acts_correct", "acts_ingest", "acts_withdraw", "recompute", "replay"]
